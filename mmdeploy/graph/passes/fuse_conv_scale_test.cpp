#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kConv[] = "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w = {1,2}, ";

TEST(FuseConvScaleTest, MulAndAdd) {
  ExpectRewrite("fuse_conv_scale",
                std::string(kConv) +
                    "float[2,1,1] s = {2,3}, float[1,2,1,1] t = {4,5}> "
                    "{ a = Conv(x, w) b = Mul(a, s) y = Add(b, t) }",
                "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w_1_1 = {2,6}, "
                "float[2] w_1_bias = {4,5}> { y = Conv(x, w_1_1, w_1_bias) }");
}

TEST(FuseConvScaleTest, DivAndReversedSub) {
  ExpectRewrite("fuse_conv_scale",
                std::string(kConv) +
                    "float[2] b = {4,8}, float s = {2}> "
                    "{ a = Conv(x, w, b) y = Div(a, s) }",
                "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w_1 = {0.5,1}, "
                "float[2] b_1 = {2,4}> { y = Conv(x, w_1, b_1) }");
  ExpectRewrite("fuse_conv_scale",
                std::string(kConv) +
                    "float[2] b = {4,8}, float s = {2}> "
                    "{ a = Conv(x, w, b) y = Sub(s, a) }",
                "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w_1 = {-1,-2}, "
                "float[2] b_1 = {-2,-6}> { y = Conv(x, w_1, b_1) }");
}

TEST(FuseConvScaleTest, Gemm) {
  ExpectRewrite("fuse_conv_scale",
                "g (float[N,2] x) => (float[N,2] y) <float[2,2] w = {1,2,3,4}, float[2] s = {2,3}> "
                "{ a = Gemm<transB=1>(x, w) y = Mul(a, s) }",
                "g (float[N,2] x) => (float[N,2] y) <float[2,2] w_1 = {2,4,9,12}> "
                "{ y = Gemm<transB=1>(x, w_1) }");
}

TEST(FuseConvScaleTest, KeepsFactorsThatAreNotPerChannel) {
  const std::string nodes = "> { a = Conv(x, w) y = Mul(a, s) }";
  ExpectUntouched("fuse_conv_scale", std::string(kConv) + "float[2] s = {2,3}" + nodes);
  ExpectUntouched("fuse_conv_scale", std::string(kConv) + "float[2,1,2] s = {2,3,4,5}" + nodes);
  ExpectUntouched("fuse_conv_scale",
                  "g (float[1,1,2,2] x) => (float[1,1,2,2,2] y) <float[2,1,1,1] w = {1,2}, "
                  "float[1,1,2,1,1] s = {2,3}" +
                      nodes);
  ExpectUntouched("fuse_conv_scale",
                  "g (float[1,1,2,2] x) => (float[2,1,2,2] y) <float[1,1,1,1] w = {1}, "
                  "float[2,1,1,1] s = {2,3}" +
                      nodes);
}

TEST(FuseConvScaleTest, KeepsDivisionByZeroAndAComputedBias) {
  ExpectUntouched("fuse_conv_scale", std::string(kConv) +
                                         "float s = {0}> "
                                         "{ a = Conv(x, w) y = Div(a, s) }");
  ExpectUntouched("fuse_conv_scale",
                  "g (float[1,1,2,2] x, float[2] b) => (float[1,2,2,2] y) "
                  "<float[2,1,1,1] w = {1,2}, float s = {2}> { a = Conv(x, w, b) y = Mul(a, s) }");
}

}  // namespace
}  // namespace mmdeploy::graph
