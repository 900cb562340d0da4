#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kParameters[] =
    "float[2] s = {2,4}, float[2] h = {1,2}, float[2] m = {3,5}, float[2] v = {4,16}";

TEST(FuseConvBatchNormTest, Conv) {
  ExpectRewrite("fuse_conv_batch_norm",
                "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w = {1,2}, "
                "float[2] b = {3,6}, " +
                    std::string(kParameters) +
                    "> { a = Conv(x, w, b) "
                    "y = BatchNormalization<epsilon=0.0>(a, s, h, m, v) }",
                "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w_1 = {1,2}, "
                "float[2] b_1 = {1,3}> { y = Conv(x, w_1, b_1) }");
}

TEST(FuseConvBatchNormTest, ConvTransposeInGroups) {
  // Two groups of two inputs and one output: the rows of the weights are inputs.
  ExpectRewrite("fuse_conv_batch_norm",
                "g (float[1,4,2,2] x) => (float[1,2,2,2] y) <float[4,1,1,1] w = {1,2,3,4}, "
                "float[2] s = {2,12}, float[2] h = {1,2}, float[2] m = {0,0}, float[2] v = {4,16}> "
                "{ a = ConvTranspose<group=2>(x, w) "
                "y = BatchNormalization<epsilon=0.0>(a, s, h, m, v) }",
                "g (float[1,4,2,2] x) => (float[1,2,2,2] y) <float[4,1,1,1] w_1 = {1,2,9,12}, "
                "float[2] w_bias = {1,2}> { y = ConvTranspose<group=2>(x, w_1, w_bias) }");
}

TEST(FuseConvBatchNormTest, Gemm) {
  ExpectRewrite("fuse_conv_batch_norm",
                "g (float[N,2] x) => (float[N,2] y) <float[2,2] w = {1,2,3,4}, float[2] b = {4,8}, "
                "float[2] s = {2,12}, float[2] h = {1,2}, float[2] m = {0,0}, float[2] v = {4,16}> "
                "{ a = Gemm<beta=0.5>(x, w, b) "
                "y = BatchNormalization<epsilon=0.0>(a, s, h, m, v) }",
                "g (float[N,2] x) => (float[N,2] y) <float[2,2] w_1 = {1,6,3,12}, "
                "float[2] b_1 = {3,14}> { y = Gemm(x, w_1, b_1) }");
}

TEST(FuseConvBatchNormTest, HalfPrecision) {
  ExpectRewrite("fuse_conv_batch_norm",
                "g (float16[1,1,2,2] x) => (float16[1,2,2,2] y) <float16[2,1,1,1] w = {1,2}, "
                "float16[2] s = {2,4}, float16[2] h = {1,2}, float16[2] m = {3,5}, "
                "float16[2] v = {4,16}> { a = Conv(x, w) "
                "y = BatchNormalization<epsilon=0.0>(a, s, h, m, v) }",
                "g (float16[1,1,2,2] x) => (float16[1,2,2,2] y) <float16[2,1,1,1] w_1 = {1,2}, "
                "float16[2] w_bias = {-2,-3}> { y = Conv(x, w_1, w_bias) }");
  // 60000 * 2 is infinite in half precision.
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float16[1,1,2,2] x) => (float16[1,1,2,2] y) <float16[1,1,1,1] w = {60000}, "
                  "float16[1] s = {2}, float16[1] h = {1}, float16[1] m = {0}, "
                  "float16[1] v = {1}> { a = Conv(x, w) "
                  "y = BatchNormalization<epsilon=0.0>(a, s, h, m, v) }");
}

TEST(FuseConvBatchNormTest, KeepsWhatOthersUse) {
  const std::string norm = "y = BatchNormalization(a, s, h, m, v) ";
  const std::string parameters(kParameters);
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float[1,1,2,2] x) => (float[1,2,2,2] y, float[1,2,2,2] a) "
                  "<float[2,1,1,1] w = {1,2}, " +
                      parameters + "> { a = Conv(x, w) " + norm + "}");
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float[1,1,2,2] x) => (float[1,2,2,2] y, float[1,2,2,2] z) "
                  "<float[2,1,1,1] w = {1,2}, " +
                      parameters + "> { a = Conv(x, w) " + norm + "z = Conv(x, w) }");
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float[1,1,2,2] x, float[2,1,1,1] w) => (float[1,2,2,2] y) <" + parameters +
                      "> { a = Conv(x, w) " + norm + "}");
}

TEST(FuseConvBatchNormTest, KeepsTrainingAndNonsense) {
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w = {1,2}, " +
                      std::string(kParameters) +
                      "> { a = Conv(x, w) "
                      "y, p, q = BatchNormalization<training_mode=1>(a, s, h, m, v) }",
                  15);
  ExpectUntouched("fuse_conv_batch_norm",
                  "g (float[1,1,2,2] x) => (float[1,2,2,2] y) <float[2,1,1,1] w = {1,2}, "
                  "float[2] s = {2,4}, float[2] h = {1,2}, float[2] m = {3,5}, "
                  "float[2] v = {-1,16}> { a = Conv(x, w) "
                  "y = BatchNormalization(a, s, h, m, v) }");
}

}  // namespace
}  // namespace mmdeploy::graph
