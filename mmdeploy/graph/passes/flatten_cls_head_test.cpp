#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(FlattenClsHeadTest, ComputedBatch) {
  ExpectRewrite("flatten_cls_head",
                "g (float[N,4,H,W] x) => (float[N,4] y) <int64[1] zero = {0}, int64[1] all = {-1}> "
                "{ p = GlobalAveragePool(x) s = Shape(p) n = Gather(s, zero) "
                "t = Concat<axis=0>(n, all) f = Reshape(p, t) y = Relu(f) }",
                "g (float[N,4,H,W] x) => (float[N,4] y) "
                "{ p = GlobalAveragePool(x) f_1 = Flatten<axis=1>(p) y = Relu(f_1) }");
}

TEST(FlattenClsHeadTest, BatchOfTheInputAndConstantShape) {
  const std::string after =
      "g (float[N,4,H,W] x) => (float[N,4] y) "
      "{ p = GlobalAveragePool(x) f_1 = Flatten<axis=1>(p) y = Relu(f_1) }";
  ExpectRewrite("flatten_cls_head",
                "g (float[N,4,H,W] x) => (float[N,4] y) <int64[1] zero = {0}, int64[1] c = {4}> "
                "{ p = GlobalAveragePool(x) s = Shape(x) n = Gather(s, zero) "
                "t = Concat<axis=0>(n, c) f = Reshape(p, t) y = Relu(f) }",
                after);
  ExpectRewrite("flatten_cls_head",
                "g (float[N,4,H,W] x) => (float[N,4] y) <int64[2] t = {0,-1}> "
                "{ p = GlobalAveragePool(x) f = Reshape(p, t) y = Relu(f) }",
                after);
}

TEST(FlattenClsHeadTest, KeepsAnOutput) {
  ExpectUntouched("flatten_cls_head",
                  "g (float[N,4,H,W] x) => (float[N,4] y) <int64[2] t = {0,-1}> "
                  "{ p = GlobalAveragePool(x) y = Reshape(p, t) }");
}

TEST(FlattenClsHeadTest, KeepsOtherShapes) {
  ExpectUntouched("flatten_cls_head",
                  "g (float[N,4,H,W] x) => (float[?,?] y) <int64[2] t = {-1,2}> "
                  "{ p = GlobalAveragePool(x) f = Reshape(p, t) y = Relu(f) }");
  ExpectUntouched("flatten_cls_head",
                  "g (float[N,4,H,W] x) => (float[N,4] y) <int64[2] t = {0,-1}> "
                  "{ p = AveragePool<kernel_shape=[1,1]>(x) f = Reshape(p, t) y = Relu(f) }");
}

}  // namespace
}  // namespace mmdeploy::graph
