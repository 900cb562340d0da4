#include <gmock/gmock.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// What operators become. Numbers are compared with ONNX Runtime in numeric_test.py.

namespace mmdeploy::ncnn_convert {
namespace {

using ::testing::HasSubstr;

TEST(NcnnOpsTest, ConvRelu) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,4] x) => (float[1,2,4,4] y) <float[2,2,1,1] w = {1, 2, 3, 4}, float[2] b =
    {5, 6}> { c = Conv(x, w, b) y = Relu(c) })"),
            R"(Input x 0 1 x
Convolution c 1 1 x y 0=2 1=1 2=1 3=1 4=0 5=1 6=4 9=1 11=1 12=1 13=1 14=0 15=0 16=0
)");
}

TEST(NcnnOpsTest, DepthWiseConv) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,5] x) => (float[1,2,a,b] y) <float[2,1,1,2] w = {1, 2, 3, 4}> { y =
    Conv<group = 2, strides = [1, 2], pads = [0, 1, 2, 3]>(x, w) })"),
            R"(Input x 0 1 x
ConvolutionDepthWise y 1 1 x y 0=2 1=2 2=1 3=2 4=1 5=0 6=4 7=2 11=1 12=1 13=1 14=0 15=3 16=2
)");
}

// Weights without a batch are blobs as they are, others get it back.
TEST(NcnnOpsTest, ConvByComputedWeights) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,5] x, float[1,4] w) => (float[1,2,3,5] y) <int64[4] s = {2, 1, 2, 1}, float[2] b = {1, 2}>
    { k = Reshape(w, s) c = Conv<group = 2>(x, k, b) y = Relu(c) })"),
            R"(Input x 0 1 x
Input w 0 1 w
MemoryData b 0 1 b 0=2
Reshape k 1 1 w k 0=1 1=2 2=2 11=1
ConvolutionDepthWise c 3 1 x k b y 0=2 1=1 2=1 3=1 4=0 5=1 7=2 9=1 11=2 12=1 13=1 14=0 15=0 16=0 19=1
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4] x, float[1,2,3] w) => (float[1,1,2] y) { y = Conv(x, w) })"),
            R"(Input x 0 1 x
Input w 0 1 w
ExpandDims y_ExpandDims 1 1 w y_ExpandDims -23303=1,0
Convolution1D y 2 1 x y_ExpandDims y 0=1 1=3 2=1 3=1 4=0 5=0 15=0 19=1
)");
}

TEST(NcnnOpsTest, ConvTranspose) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4] x) => (float[1,1,a] y) <float[2,1,2] w = {1, 2, 3, 4}> { y =
    ConvTranspose<strides = [2]>(x, w) })"),
            R"(Input x 0 1 x
Deconvolution1D y 1 1 x y 0=1 1=2 2=1 3=2 4=0 5=0 6=4 15=0 18=0
)");
}

TEST(NcnnOpsTest, Pooling) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,9,9] x) => (float[1,2,1,1] y) { m = MaxPool<kernel_shape = [3, 3], strides =
    [2, 2], ceil_mode = 1>(x) y = GlobalAveragePool(m) })"),
            R"(Input x 0 1 x
Pooling m 1 1 x m 0=0 1=3 2=2 3=0 5=1 11=3 12=2 13=0 14=0 15=0
Pooling y_1 1 1 m y_1 0=1 4=1
Reshape y_2 1 1 y_1 y 0=1 1=1 2=2
)");
}

TEST(NcnnOpsTest, ProductsOfAValueWithItselfAreSquares) {
  EXPECT_EQ(
      Layers(
          "g (float[1,2,3] x, float[1,1,3] z) => (float[1,2,3] y) { s = Mul(x, x) y = Mul(s, z) }"),
      R"(Input x 0 1 x
Input z 0 1 z
UnaryOp s 1 1 x s 0=4
BinaryOp y 2 1 s z y 0=2
)");
}

TEST(NcnnOpsTest, AveragesWithoutPads) {
  const auto pool = [](const std::string& attributes) {
    return Layers(
        "g (float[1,2,8,8] x) => (float[1,2,a,b] y) { y = AveragePool<kernel_shape = [2, 2], " +
        attributes + ">(x) }");
  };
  EXPECT_THAT(pool("strides = [2, 2]"), HasSubstr(" 5=1 6=1 "));
  EXPECT_THAT(pool("pads = [0, 0, 1, 0]"), HasSubstr(" 5=1 6=0 "));
}

TEST(NcnnOpsTest, Gemm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2] x) => (float[1,3] y) <float[2,3] w = {1, 2, 3, 4, 5, 6}, float[3] b = {1, 2,
    3}> { y = Gemm(x, w, b) })"),
            R"(Input x 0 1 x
InnerProduct y 1 1 x y 0=3 1=1 2=6
)");
}

TEST(NcnnOpsTest, MatMul) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,4,2] x, float[1,3,2,4] z) => (float[1,3,4,4] y) { y = MatMul(x, z) })"),
            R"(Input x 0 1 x
Input z 0 1 z
MatMul y 2 1 x z y
)");
}

TEST(NcnnOpsTest, Binary) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3,4] x) => (float[1,2,3,4] y) <float[2,1,1] w = {1, 2}, float s = {0.5}> { a =
    Mul(x, w) y = Sub(s, a) })"),
            R"(Input x 0 1 x
MemoryData w 0 1 w 0=1 1=1 2=2
BinaryOp a 2 1 x w a 0=2
BinaryOp y 1 1 a y 0=7 1=1 2=5.000000e-01
)");
}

TEST(NcnnOpsTest, Pow) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) <float s = {3}> { y = Pow(x, s) })"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
UnaryOp y_UnaryOp 1 1 x_splitncnn_1 y_UnaryOp 0=4
BinaryOp y 2 1 x_splitncnn_0 y_UnaryOp y 0=2
)");
}

TEST(NcnnOpsTest, Clip) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) <float s = {0}> { y = Clip(x, s) })"),
            R"(Input x 0 1 x
BinaryOp y 1 1 x y 0=4 1=1 2=0.000000e+00
)");
}

TEST(NcnnOpsTest, Softmax) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,3] x) => (float[1,4,3] y) { y = Softmax<axis = -1>(x) })"),
            R"(Input x 0 1 x
Softmax y 1 1 x y 0=1 1=1
)");
}

TEST(NcnnOpsTest, ConcatSplit) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,3] x) => (float[1,4,3] y) <int64[2] s = {1, 3}> { a, b = Split<axis = 1>(x, s)
    y = Concat<axis = 1>(b, a) })"),
            R"(Input x 0 1 x
Slice a 1 2 x a b -23300=2,1,-233 1=0
Concat y 2 1 b a y 0=0
)");
}

TEST(NcnnOpsTest, Slice) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,6] x) => (float[1,2,2] y) <int64[2] s = {1, -4}, int64[2] e = {3, 9}, int64[2]
    a = {1, 2}, int64[2] p = {1, 2}> { y = Slice(x, s, e, a, p) })"),
            R"(Input x 0 1 x
Crop y_Crop 1 1 x y_Crop -23309=1,1 -23310=1,3 -23311=1,0
TensorSlice y 1 1 y_Crop y -23300=1,2 -23301=1,6 -23302=1,2 -23303=1,2
)");
}

TEST(NcnnOpsTest, Gather) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,6] x, int64[1,2] r) => (float[1,6] y, float[1,4,2] z) <int64 k = {-1}, int64[1] s =
    {2}> { y = Gather<axis = 1>(x, k) i = Reshape(r, s) z = Gather<axis = 2>(x, i) })"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
Input r 0 1 r
Crop y_Crop 1 1 x_splitncnn_1 y_Crop -23309=1,3 -23310=1,4 -23311=1,0
Reshape y 1 1 y_Crop y 0=6
Gather z 2 1 x_splitncnn_0 r z 0=1
)");
}

TEST(NcnnOpsTest, Reshape) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,6] x) => (float[1,2,2,2,3] y) <int64[5] s = {1, 2, 2, 2, 3}> { y = Reshape(x,
    s) })"),
            R"(Input x 0 1 x
Reshape y 1 1 x y 0=3 1=2 2=2 11=2
)");
}

TEST(NcnnOpsTest, Squeeze) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,1] x) => (float[1,1,4] y) <int64[1] s = {2}, int64[1] u = {1}> { a = Squeeze(x,
    s) y = Unsqueeze(a, u) })"),
            R"(Input x 0 1 x
Reshape y_1 1 1 x y 0=4 1=1
)");
}

TEST(NcnnOpsTest, Transpose) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,6,4,5] y) { y = Transpose<perm = [0, 3, 1, 2]>(x) })"),
            R"(Input x 0 1 x
Permute y 1 1 x y 0=4
)");
}

TEST(NcnnOpsTest, Pad) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,4,8,8] y) <int64[8] p = {0, 0, 1, 0, 0, 0, 2, 2}> { y =
    Pad<mode = "reflect">(x, p) })"),
            R"(Input x 0 1 x
Padding y 1 1 x y 0=1 1=2 2=0 3=2 4=2 5=0.000000e+00 7=0 8=0
)");
}

TEST(NcnnOpsTest, Resize) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,4,10,12] y) <float[4] s = {1, 1, 2, 2}> { y = Resize<mode =
    "linear", coordinate_transformation_mode = "align_corners">(x, , s) })"),
            R"(Input x 0 1 x
Interp y 1 1 x y 0=2 1=2.000000e+00 2=2.000000e+00 3=10 4=12 6=1
)");
}

// A batch that is made inside of the network.
TEST(NcnnOpsTest, ConvOfBatch) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,3,5] x) => (float[1,2,3,5] y) <float[1,2,1,1] w = {1, 2}, int64[4] s = {2, 2, 3,
    5}, int64[4] t = {1, 2, 3, 5}> { r = Reshape(x, s) c = Conv(r, w) y = Reshape(c, t) })"),
            R"(Input x 0 1 x
Reshape r 1 1 x r 0=5 1=3 2=2 11=2
Reshape c_Reshape 1 1 r c_Reshape 0=-1 1=2 2=2
Permute c_Permute 1 1 c_Reshape c_Permute 0=2
Convolution c_Convolution 1 1 c_Permute c_Convolution 0=1 1=1 5=0 6=2
Permute c_Permute_1 1 1 c_Convolution c_Permute_1 0=2
Reshape c 1 1 c_Permute_1 c 0=5 1=3 2=2 11=1
Reshape y 1 1 c y 0=5 1=3 2=2
)");
}

// What is left over of a factor takes no part.
TEST(NcnnOpsTest, ResizeByFactor) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,6,7] x) => (float[1,4,3,3] y) <float[4] s = {1, 1, 0.5, 0.5}> { y = Resize<mode =
    "linear">(x, , s) })"),
            R"(Input x 0 1 x
Interp y 1 1 x y 0=2 1=5.000000e-01 2=5.000000e-01 3=0 4=0 6=0
)");
}

TEST(NcnnOpsTest, Reduce) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,4] y) { y = ReduceMean<axes = [2, 3], keepdims = 0>(x) })"),
            R"(Input x 0 1 x
Pooling y_1 1 1 x y 0=1 4=1
)");
}

TEST(NcnnOpsTest, BatchNorm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3] x) => (float[1,2,3] y) <float[2] s = {1, 2}, float[2] b = {3, 4}, float[2] m
    = {5, 6}, float[2] v = {7, 8}> { y = BatchNormalization(x, s, b, m, v) })"),
            R"(Input x 0 1 x
BatchNorm y 1 1 x y 0=2
)");
}

TEST(NcnnOpsTest, InstanceNorm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3] x) => (float[1,2,3] y) <float[2] s = {1, 2}, float[2] b = {3, 4}> { y =
    InstanceNormalization(x, s, b) })"),
            R"(Input x 0 1 x
Reshape y_Reshape 1 1 x y_Reshape 0=-1 1=1 2=2
InstanceNorm y_InstanceNorm 1 1 y_Reshape y_InstanceNorm 0=2 1=1.000000e-05 2=1
Reshape y 1 1 y_InstanceNorm y 0=-1 1=2
)");
}

TEST(NcnnOpsTest, LayerNorm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,2] x) => (float[1,3,2] y) <float[2] s = {1, 2}> { y = LayerNormalization(x, s)
    })",
                   17),
            R"(Input x 0 1 x
LayerNorm y 1 1 x y 0=2 1=1.000000e-05 2=1
)");
}

TEST(NcnnOpsTest, PRelu) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3] x) => (float[1,2,3] y) <float[2,1] s = {1, 2}> { y = PRelu(x, s) })"),
            R"(Input x 0 1 x
PReLU y 1 1 x y 0=2
)");
}

TEST(NcnnOpsTest, DepthToSpace) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,1,10,12] y) { y = DepthToSpace<blocksize = 2>(x) })"),
            R"(Input x 0 1 x
PixelShuffle y 1 1 x y 0=2 1=1
)");
}

TEST(NcnnOpsTest, Expand) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,1] x) => (float[1,4,3] y) <int64[3] s = {1, 4, 3}> { y = Expand(x, s) })"),
            R"(Input x 0 1 x
Tile y 1 1 x y -23302=2,1,3
)");
}

TEST(NcnnOpsTest, TopK) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,2] v, int64[1,2] i) <int64[1] k = {2}> { v, i = TopK(x, k) })"),
            R"(Input x 0 1 x
MemoryData k 0 1 k 0=1
TopK v 2 2 x k v i 0=0 1=1 2=1
)");
}

TEST(NcnnOpsTest, Splits) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] a, float[1,4] y) { a = Relu(x) b = Sigmoid(a) c = Add(a, b)
    y = Add(x, c) })"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
ReLU a 1 1 x_splitncnn_1 a_splitncnn
Split splitncnn_0 1 3 a_splitncnn a a_splitncnn_0 a_splitncnn_1
Sigmoid b 1 1 a_splitncnn_1 b
BinaryOp c 2 1 a_splitncnn_0 b c 0=0
BinaryOp y 2 1 x_splitncnn_0 c y 0=0
)");
}

TEST(NcnnOpsTest, InputIsOutput) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) { y = Identity(x) })"),
            R"(Input x 0 1 x
Noop y 1 1 x y
)");
}

TEST(NcnnOpsTest, Lstm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,1] x) => (float[1,3] y) <float[1,4,1] w = {1, 2, 3, 4}, float[1,4,1] r = {5,
    6, 7, 8}, int64[2] t = {1, 3}> { s = Transpose<perm = [1, 0, 2]>(x) h = LSTM<hidden_size =
    1>(s, w, r) y = Reshape(h, t) })"),
            R"(Input x 0 1 x
Reshape s 1 1 x s 0=1 1=1 2=3
Reshape h_Reshape 1 1 s h_Reshape 0=1 1=3
LSTM h_LSTM 1 1 h_Reshape h_LSTM 0=1 1=4 2=0
Reshape h 1 1 h_LSTM h 0=1 1=1 2=3 11=1
Reshape y 1 1 h y 0=3
)");
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
