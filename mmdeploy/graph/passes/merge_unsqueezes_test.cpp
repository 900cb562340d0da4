#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeUnsqueezesTest, MovesBehindTheConcat) {
  ExpectRewrite("merge_unsqueezes",
                "g (float[2] p, float[3] q) => (float[1,5] y) <int64[1] k = {0}> "
                "{ a = Unsqueeze(p, k) b = Unsqueeze(q, k) y = Concat<axis=1>(a, b) }",
                "g (float[2] p, float[3] q) => (float[1,5] y) <int64[1] k = {0}> "
                "{ y_1 = Concat<axis=0>(p, q) y = Unsqueeze(y_1, k) }");
}

TEST(MergeUnsqueezesTest, KeepsTheNewAxis) {
  ExpectUntouched("merge_unsqueezes",
                  "g (float[2] p, float[2] q) => (float[2,2] y) <int64[1] k = {0}> "
                  "{ a = Unsqueeze(p, k) b = Unsqueeze(q, k) y = Concat<axis=0>(a, b) }");
  ExpectUntouched("merge_unsqueezes",
                  "g (float[2] p, float[1,3] q) => (float[1,5] y) <int64[1] k = {0}> "
                  "{ a = Unsqueeze(p, k) y = Concat<axis=1>(a, q) }");
}

}  // namespace
}  // namespace mmdeploy::graph
