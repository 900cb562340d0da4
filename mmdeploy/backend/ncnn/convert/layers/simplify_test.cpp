#include <gtest/gtest.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// What happens to finished layers.

namespace mmdeploy::ncnn_convert {
namespace {

std::string ConvThen(const std::string& rest) {
  return Layers(
      "g (float[1,1,4,4] x) => (float[1,1,4,4] y) <float[1,1,1,1] w = {2}, float a = {-1}, "
      "float b = {2}> { c = Conv(x, w) " +
      rest + "}");
}

TEST(NcnnSimplifyTest, Activations) {
  EXPECT_EQ(ConvThen("y = LeakyRelu<alpha = 0.1>(c)"), R"(Input x 0 1 x
Convolution c 1 1 x y 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=2 -23310=1,1.000000e-01 11=1 12=1 13=1 14=0 15=0 16=0
)");
  EXPECT_EQ(ConvThen("y = Clip(c, a, b)"), R"(Input x 0 1 x
Convolution c 1 1 x y 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=3 -23310=2,-1.000000e+00,2.000000e+00 11=1 12=1 13=1 14=0 15=0 16=0
)");
  EXPECT_EQ(ConvThen("y = Sigmoid(c)"), R"(Input x 0 1 x
Convolution c 1 1 x y 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=4 11=1 12=1 13=1 14=0 15=0 16=0
)");
  EXPECT_EQ(ConvThen("y = HardSwish(c)"), R"(Input x 0 1 x
Convolution c 1 1 x y 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=6 -23310=2,1.666667e-01,5.000000e-01 11=1 12=1 13=1 14=0 15=0 16=0
)");
  EXPECT_EQ(ConvThen("y = Relu(c)"), R"(Input x 0 1 x
Convolution c 1 1 x y 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=1 11=1 12=1 13=1 14=0 15=0 16=0
)");
}

// One activation per layer, and no other layers.
TEST(NcnnSimplifyTest, OneActivation) {
  EXPECT_EQ(ConvThen("r = Relu(c) y = Sigmoid(r)"), R"(Input x 0 1 x
Convolution c 1 1 x r 0=1 1=1 2=1 3=1 4=0 5=0 6=1 9=1 11=1 12=1 13=1 14=0 15=0 16=0
Sigmoid y 1 1 r y
)");
  EXPECT_EQ(ConvThen("y = Tanh(c)"), R"(Input x 0 1 x
Convolution c 1 1 x c 0=1 1=1 2=1 3=1 4=0 5=0 6=1 11=1 12=1 13=1 14=0 15=0 16=0
UnaryOp y 1 1 c y 0=16
)");
}

// Others read what is before the activation.
TEST(NcnnSimplifyTest, ReadTwice) {
  EXPECT_EQ(ConvThen("r = Relu(c) y = Add(r, c)"), R"(Input x 0 1 x
Convolution c 1 1 x c 0=1 1=1 2=1 3=1 4=0 5=0 6=1 11=1 12=1 13=1 14=0 15=0 16=0
Split splitncnn_0 1 2 c c_splitncnn_0 c_splitncnn_1
ReLU r 1 1 c_splitncnn_1 r
BinaryOp y 2 1 r c_splitncnn_0 y 0=0
)");
  EXPECT_EQ(
      Layers("g (float[1,1,4,4] x) => (float[1,1,4,4] y, float[1,1,4,4] c) <float[1,1,1,1] w = "
             "{2}> { c = Conv(x, w) y = Relu(c) }"),
      R"(Input x 0 1 x
Convolution c 1 1 x c_splitncnn 0=1 1=1 2=1 3=1 4=0 5=0 6=1 11=1 12=1 13=1 14=0 15=0 16=0
Split splitncnn_0 1 2 c_splitncnn c c_splitncnn_0
ReLU y 1 1 c_splitncnn_0 y
)");
}

TEST(NcnnSimplifyTest, Noops) {
  EXPECT_EQ(ConvThen("d = Dropout(c) r = Tanh(d) i = Identity(r) y = Dropout(i)"), R"(Input x 0 1 x
Convolution c 1 1 x c 0=1 1=1 2=1 3=1 4=0 5=0 6=1 11=1 12=1 13=1 14=0 15=0 16=0
UnaryOp r 1 1 c y 0=16
)");
  // Two outputs of one value, an input as output.
  EXPECT_EQ(
      Layers("g (float[1,4] x) => (float[1,4] y, float[1,4] z, float[1,4] w) { y = Relu(x) z = "
             "Identity(y) w = Identity(x) }"),
      R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
ReLU y 1 1 x_splitncnn_1 y_splitncnn
Split splitncnn_0 1 2 y_splitncnn y y_splitncnn_0
Noop z 1 1 y_splitncnn_0 z
Noop w 1 1 x_splitncnn_0 w
)");
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
