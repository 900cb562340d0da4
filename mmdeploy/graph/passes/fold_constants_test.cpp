#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(FoldConstantsPassTest, ComputesWhatDependsOnConstants) {
  ExpectRewrite("fold_constants",
                "g (float[2] x) => (float[2] y) <float[2] a = {1,2}, float[2] b = {3,4}> "
                "{ s = Add(a, b) y = Mul(x, s) }",
                "g (float[2] x) => (float[2] y) <float[2] s_1 = {4,6}> { y = Mul(x, s_1) }");
}

TEST(FoldConstantsPassTest, KeepsWhatDependsOnInputs) {
  ExpectUntouched("fold_constants",
                  "g (float[2] x) => (float[2] y) <float[2] a = {1,2}> { y = Mul(x, a) }");
}

}  // namespace
}  // namespace mmdeploy::graph
