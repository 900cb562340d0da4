#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

const std::string kHead =
    "g (float[N,3,2] x) => (float[N,3,2] y) <float two = {2}, float e = {1e-5}, "
    "float[2] w = {1,2}, float[2] b = {3,4}> ";
const std::string kNorm =
    "{ m = ReduceMean<axes=[-1]>(x) d = Sub(x, m) p = Pow(d, two) v = ReduceMean<axes=[2]>(p) "
    "f = Add(v, e) q = Sqrt(f) n = Div(d, q) ";

TEST(FuseLayerNormTest, WithFactorAndSummand) {
  ExpectRewrite("fuse_layer_norm", kHead + kNorm + "o = Mul(n, w) y = Add(o, b) }",
                "g (float[N,3,2] x) => (float[N,3,2] y) <float[2] w = {1,2}, float[2] b = {3,4}> "
                "{ y = LayerNormalization<axis=-1,epsilon=1e-5>(x, w, b) }",
                17);
}

TEST(FuseLayerNormTest, WithFactor) {
  ExpectRewrite("fuse_layer_norm", kHead + kNorm + "y = Mul(w, n) }",
                "g (float[N,3,2] x) => (float[N,3,2] y) <float[2] w = {1,2}> "
                "{ y = LayerNormalization<axis=-1,epsilon=1e-5>(x, w) }",
                17);
}

TEST(FuseLayerNormTest, KeepsOlderSetsAndBareNorms) {
  ExpectUntouched("fuse_layer_norm", kHead + kNorm + "o = Mul(n, w) y = Add(o, b) }", 16);
  ExpectUntouched("fuse_layer_norm", kHead + kNorm + "y = Relu(n) }", 17);
}

TEST(FuseLayerNormTest, KeepsOtherAxes) {
  ExpectUntouched("fuse_layer_norm",
                  kHead +
                      "{ m = ReduceMean<axes=[1]>(x) d = Sub(x, m) p = Pow(d, two) "
                      "v = ReduceMean<axes=[1]>(p) f = Add(v, e) q = Sqrt(f) n = Div(d, q) "
                      "o = Mul(n, w) y = Add(o, b) }",
                  17);
}

// It adds a dimension to the result.
TEST(FuseLayerNormTest, KeepsAnEpsilonOfMoreDimensions) {
  ExpectUntouched("fuse_layer_norm",
                  "g (float[1,3,2] x) => (float[1,1,3,2] y) <float two = {2}, float[1,1,1,1] e = "
                  "{1e-5}, float[2] w = {1,2}, float[2] b = {3,4}> " +
                      kNorm + "o = Mul(n, w) y = Add(o, b) }",
                  17);
}

TEST(FuseLayerNormTest, KeepsAFactorOfOtherDimensions) {
  ExpectUntouched("fuse_layer_norm",
                  "g (float[N,3,2] x) => (float[N,3,2] y) <float two = {2}, float e = {1e-5}, "
                  "float w = {2}> " +
                      kNorm + "y = Mul(n, w) }",
                  17);
}

}  // namespace
}  // namespace mmdeploy::graph
