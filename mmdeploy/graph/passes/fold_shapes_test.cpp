#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(FoldShapesTest, FindsKnownSizesBesideUnknownOnes) {
  ExpectRewrite("fold_shapes",
                "g (float[N,3,8,8] x) => (float[8] y) <int64[1] at = {2}> "
                "{ s = Shape(x) h = Gather(s, at) y = ConstantOfShape(h) }",
                "g (float[N,3,8,8] x) => (float[8] y) <int64[1] h_1 = {8}> "
                "{ y = ConstantOfShape(h_1) }");
}

TEST(FoldShapesTest, ComputesWithThem) {
  ExpectRewrite(
      "fold_shapes",
      "g (float[N,3,8,8] x) => (float[16,3] y) <int64[1] two = {2}, int64[1] three = {3}, "
      "int64[1] one = {1}> { s = Shape(x) h = Slice(s, two, three) d = Mul(h, two) "
      "c = Slice(s, one, two) t = Concat<axis=0>(d, c) y = ConstantOfShape(t) }",
      "g (float[N,3,8,8] x) => (float[16,3] y) <int64[2] t_1 = {16,3}> "
      "{ y = ConstantOfShape(t_1) }");
}

TEST(FoldShapesTest, KeepsUnknownSizesAndOutputs) {
  ExpectUntouched("fold_shapes",
                  "g (float[N,3,8,8] x) => (float[?] y) <int64[1] at = {0}> "
                  "{ s = Shape(x) h = Gather(s, at) y = ConstantOfShape(h) }");
  ExpectUntouched("fold_shapes", "g (float[2,3] x) => (int64[2] y) { y = Shape(x) }");
}

}  // namespace
}  // namespace mmdeploy::graph
