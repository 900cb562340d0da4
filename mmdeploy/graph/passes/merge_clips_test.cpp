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
