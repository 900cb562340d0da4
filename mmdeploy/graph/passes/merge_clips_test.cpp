#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kSix[] = "<float zero = {0}, float six = {6}>";

TEST(MergeClipsTest, IntersectsLimits) {
  ExpectRewrite(
      "merge_clips",
      "g (float[N] x) => (float[N] y) " + std::string(kSix) + " { a = Relu(x) y = Clip(a, , six) }",
      "g (float[N] x) => (float[N] y) <float min = {0}, float max = {6}> "
      "{ y = Clip(x, min, max) }");
  ExpectRewrite("merge_clips", "g (float[N] x) => (float[N] y) { a = Relu(x) y = Relu(a) }",
                "g (float[N] x) => (float[N] y) { y = Relu(x) }");
}

TEST(MergeClipsTest, KeepsEmptyIntersections) {
  ExpectUntouched("merge_clips",
                  "g (float[N] x) => (float[N] y) <float m = {-1}> "
                  "{ a = Relu(x) y = Clip(a, , m) }");
}

TEST(MergeClipsTest, KeepsLimitsThatAreNoRange) {
  for (const char* limits : {
           "<float m = {inf}> { a = Relu(x) y = Clip(a, m) }",
           "<float m = {-inf}> { a = Clip(x, , m) y = Clip(a, , m) }",
           "<float m = {inf}> { a = Clip(x, m) y = Relu(a) }",
           "<float m = {nan}> { a = Relu(x) y = Clip(a, m) }",
           "<float m = {nan}> { a = Clip(x, , m) y = Relu(a) }",
           "<float m = {5}, float n = {3}> { a = Relu(x) y = Clip(a, m, n) }",
       }) {
    SCOPED_TRACE(limits);
    ExpectUntouched("merge_clips", std::string("g (float[N] x) => (float[N] y) ") + limits);
  }
}

TEST(MergeClipsTest, InfinitiesOnTheRightSideAreNoLimits) {
  ExpectRewrite("merge_clips",
                "g (float[N] x) => (float[N] y) <float l = {-inf}, float h = {inf}> "
                "{ a = Relu(x) y = Clip(a, l, h) }",
                "g (float[N] x) => (float[N] y) { y = Relu(x) }");
}

TEST(MergeClipsTest, EqualLimitsMakeOneNumber) {
  ExpectRewrite("merge_clips",
                "g (float[N] x) => (float[N] y) <float m = {3}> { a = Relu(x) y = Clip(a, m, m) }",
                "g (float[N] x) => (float[N] y) <float min = {3}, float max = {3}> "
                "{ y = Clip(x, min, max) }");
}

TEST(MergeClipsTest, KeepsComputedLimitsOlderSetsAndOtherUsers) {
  ExpectUntouched("merge_clips",
                  "g (float[N] x, float m) => (float[N] y) { a = Relu(x) y = Clip(a, , m) }");
  ExpectUntouched("merge_clips",
                  "g (float[N] x) => (float[N] y) { a = Relu(x) y = Clip<max=6.0>(a) }", 10);
  ExpectUntouched("merge_clips", "g (float[N] x) => (float[N] y, float[N] a) " + std::string(kSix) +
                                     " { a = Relu(x) y = Clip(a, , six) }");
}

}  // namespace
}  // namespace mmdeploy::graph
