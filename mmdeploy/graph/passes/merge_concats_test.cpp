#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeConcatsTest, AllAtOnce) {
  ExpectRewrite("merge_concats",
                "g (float[2] p, float[2] q, float[2] r) => (float[8] y) "
                "{ a = Concat<axis=0>(p, q) b = Concat<axis=-1>(r, p) y = Concat<axis=0>(a, b) }",
                "g (float[2] p, float[2] q, float[2] r) => (float[8] y) "
                "{ y = Concat<axis=0>(p, q, r, p) }");
}

TEST(MergeConcatsTest, KeepsOtherAxesAndUsers) {
  ExpectUntouched("merge_concats",
                  "g (float[2,2] p, float[2,2] q) => (float[4,4] y) "
                  "{ a = Concat<axis=0>(p, q) b = Concat<axis=0>(q, p) y = Concat<axis=1>(a, b) }");
  ExpectUntouched("merge_concats",
                  "g (float[2] p, float[2] q) => (float[4] a, float[6] y) "
                  "{ a = Concat<axis=0>(p, q) y = Concat<axis=0>(a, q) }");
  ExpectUntouched("merge_concats",
                  "g (float[2] p, float[2] q) => (float[8] y) "
                  "{ a = Concat<axis=0>(p, q) y = Concat<axis=0>(a, a) }");
}

TEST(MergeConcatsTest, LeavesEmptyPartsOut) {
  ExpectRewrite("merge_concats",
                "g (float[2,3] p, float[2,0] e, float[2,1] q) => (float[2,4] y) "
                "{ y = Concat<axis=-1>(e, p, e, q) }",
                "g (float[2,3] p, float[2,0] e, float[2,1] q) => (float[2,4] y) "
                "{ y = Concat<axis=1>(p, q) }");
}

TEST(MergeConcatsTest, KeepsPartsThatMayHaveElements) {
  ExpectUntouched("merge_concats",
                  "g (float[0] e, float[0] f) => (float[0] y) { y = Concat<axis=0>(e, f) }");
  ExpectUntouched("merge_concats",
                  "g (float[n] p, float[2] q) => (float[m] y) { y = Concat<axis=0>(p, q) }");
  // Empty along another axis: the number of columns counts.
  ExpectUntouched("merge_concats",
                  "g (float[0,3] e, float[0,2] f) => (float[0,5] y) { y = Concat<axis=1>(e, f) }");
}

}  // namespace
}  // namespace mmdeploy::graph
