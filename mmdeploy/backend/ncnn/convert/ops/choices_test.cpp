#include <gmock/gmock.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// Operators that become other ones first, and those that are layers of ours.

namespace mmdeploy::ncnn_convert {
namespace {

using ::testing::HasSubstr;

std::string Einsum(const std::string& equation, const std::string& a, const std::string& b,
                   const std::string& y) {
  return Layers("g (float[" + a + "] a, float[" + b + "] b) => (float[" + y +
                "] y) { y = Einsum<equation = \"" + equation + "\">(a, b) }");
}

TEST(NcnnChoicesTest, Einsum) {
  EXPECT_EQ(Einsum("bhid,bhjd->bhij", "1,2,3,4", "1,2,5,4", "1,2,3,5"), R"(Input a 0 1 a
Input b 0 1 b
MatMul y_4_1 2 1 a b y 0=1
)");
  EXPECT_EQ(Einsum("bij,bjk->bik", "1,2,3", "1,3,4", "1,2,4"), R"(Input a 0 1 a
Input b 0 1 b
MatMul y_5 2 1 a b y
)");
  EXPECT_EQ(Einsum("bij,bij->b", "1,2,3", "1,2,3", "1"), R"(Input a 0 1 a
Input b 0 1 b
Reshape y_3_1 1 1 a y_3_1 0=6 1=1
Reshape y_4_1 1 1 b y_4_1 0=1 1=6
MatMul y_5 2 1 y_3_1 y_4_1 y_5
Reshape y_7_1 1 1 y_5 y 0=1
)");
  EXPECT_EQ(Einsum("...ij,...jk", "1,2,3", "1,3,4", "1,2,4"), R"(Input a 0 1 a
Input b 0 1 b
MatMul y_5 2 1 a b y
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3,4] x) => (float[1,5,3,4] y) <float[5,2] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}> { y =
    Einsum<equation = "bchw,kc->bkhw">(x, w) })"),
            R"(Input x 0 1 x
Reshape y_2_1 1 1 x y_2_1 0=12 1=2
Gemm y_3 1 1 y_2_1 y_3 4=1 6=1 7=5 9=2 10=-1
Reshape y_5_1 1 1 y_3 y 0=4 1=3 2=5
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3] x) => (float[1,3] y) { y = Einsum<equation = "bij->bj">(x) })"),
            R"(Input x 0 1 x
Reduction y_2 1 1 x y 0=0 1=0 -23303=1,0 4=0 5=1
)");
}

TEST(NcnnChoicesTest, EinsumRefused) {
  const std::string refused = "ncnn has no layer for it";
  EXPECT_NE(Einsum("bii,bij->bj", "1,3,3", "1,3,4", "1,4").find(refused), std::string::npos);
  EXPECT_NE(Layers(R"(
    g (float[1,2,3] x) => (float[1,2] y) { y = Einsum<equation = "bij,bij,bij->bi">(x, x, x) })")
                .find(refused),
            std::string::npos);
}

TEST(NcnnChoicesTest, Slices) {
  const auto slice = [](const std::string& begin, const std::string& end, const std::string& step,
                        const std::string& dim) {
    return Layers("g (float[1,2,9] x) => (float[1,2," + dim + "] y) <int64[1] b = {" + begin +
                  "}, int64[1] e = {" + end + "}, int64[1] a = {2}, int64[1] s = {" + step +
                  "}> { y = Slice(x, b, e, a, s) }");
  };
  EXPECT_EQ(slice("-1", "-9223372036854775807", "-1", "9"), R"(Input x 0 1 x
Flip y_1 1 1 x y -23300=1,1
)");
  EXPECT_EQ(slice("-1", "-9223372036854775807", "-2", "5"), R"(Input x 0 1 x
TensorSlice y 1 1 x y -23300=1,8 -23301=1,-10 -23302=1,2 -23303=1,-2
)");
  EXPECT_EQ(slice("6", "1", "-2", "3"), R"(Input x 0 1 x
TensorSlice y 1 1 x y -23300=1,6 -23301=1,1 -23302=1,2 -23303=1,-2
)");
}

TEST(NcnnChoicesTest, Mish) {
  EXPECT_EQ(Layers(R"(
    g (float[1,9] x) => (float[1,9] y) { s = Softplus(x) t = Tanh(s) y = Mul(x, t) })"),
            R"(Input x 0 1 x
BinaryOp y_1_BinaryOp 1 1 x y_1_BinaryOp 0=4 1=1 2=-4.000000e+01
Mish y_1 1 1 y_1_BinaryOp y
)");
  // Of something else.
  EXPECT_EQ(Layers(R"(
    g (float[1,9] x) => (float[1,9] y) { s = Softplus(x) t = Tanh(s) y = Mul(s, t) })")
                .find("Mish"),
            std::string::npos);
}

// As YOLOX begins.
TEST(NcnnChoicesTest, SpaceToDepth) {
  EXPECT_EQ(Layers(R"(
    g (float[1,1,4,4] x) => (float[1,1,2,2] y) <int64[2] o = {0, 0}, int64[2] p = {1, 0}, int64[2] q =
    {0, 1}, int64[2] r = {1, 1}, int64[2] e = {4, 4}, int64[2] a = {2, 3}, int64[2] s = {2, 2},
    float[1,4,1,1] w = {1, 2, 3, 4}> { c0 = Slice(x, o, e, a, s) c1 = Slice(x, p, e, a, s) c2 = Slice(x, q,
    e, a, s) c3 = Slice(x, r, e, a, s) c = Concat<axis = 1>(c0, c1, c2, c3) y = Conv(c, w) })"),
            R"(Input x 0 1 x
Reorg c_1 1 1 x c_1 0=2 1=1
Convolution y 1 1 c_1 y 0=1 1=1 2=1 3=1 4=0 5=0 6=4 11=1 12=1 13=1 14=0 15=0 16=0
)");
}

TEST(NcnnChoicesTest, CumSum) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,9] x) => (float[1,2,9] y) <int64 a = {-1}> { y = CumSum(x, a) })"),
            R"(Input x 0 1 x
CumulativeSum y 1 1 x y 0=1
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,9] x) => (float[1,2,9] y) <int64 a = {1}> { y = CumSum<reverse = 1, exclusive = 1>(x, a) })"),
            R"(Input x 0 1 x
Crop x_1 1 1 x x_1 -23309=1,1 -23310=1,2 -23311=1,0
Padding x_2 1 1 x_1 x_2 0=0 1=1 2=0 3=0 4=0 5=0.000000e+00
Flip y_Flip 1 1 x_2 y_Flip -23300=1,0
CumulativeSum y_CumulativeSum 1 1 y_Flip y_CumulativeSum 0=0
Flip y 1 1 y_CumulativeSum y -23300=1,0
)");
  EXPECT_THAT(Layers(R"(
    g (float[1,2,1] x) => (float[1,2,1] y) <int64 a = {2}> { y = CumSum<exclusive = 1>(x, a) })"),
              HasSubstr("'exclusive' needs two elements or more of a known size"));
}

// What is a whole number in ONNX and has a fraction in float32.
TEST(NcnnChoicesTest, WholeNumbers) {
  for (const char* op :
       {"m = ReduceMean<axes = [1]>(i)", "m = ReduceL2<axes = [1]>(i)",
        "m = ReduceLogSum<axes = [1]>(i)", "m = ReduceLogSumExp<axes = [1]>(i)", "m = Pow(i, h)"}) {
    const std::string graph = fmt::format(
        "g (float[1,3] x) => (float[a,b] y) <float h = {{0.5}}> {{ i = Cast<to = 7>(x) {} y = "
        "Cast<to = 1>(m) }}",
        op);
    EXPECT_THAT(Layers(graph), HasSubstr("it calculates in int64 and cuts off fractions")) << graph;
  }
  EXPECT_THAT(Layers("g (float[1,3] x) => (float[1,3] y) <float h = {2}> { i = Cast<to = 7>(x) m = "
                     "Pow(i, h) y = Cast<to = 1>(m) }"),
              HasSubstr("UnaryOp m 1 1 i y 0=4"));
  EXPECT_THAT(Layers("g (float[1,3] x) => (bool[1,3] y) <int64 c = {16777217}> { i = Cast<to = "
                     "7>(x) y = Equal(i, c) }"),
              HasSubstr("'c' holds 16777217, ncnn calculates in float32"));
}

// A base that may be negative needs another layer than ncnn's, which takes its logarithm.
TEST(NcnnChoicesTest, PowersOfTwoTensors) {
  EXPECT_THAT(Layers("g (float[1,3] x, float[1,3] z) => (float[1,3] y) { y = Pow(x, z) }"),
              HasSubstr("Pow y 2 1 x z y"));
  EXPECT_THAT(Layers("g (float[1,3] x, float[1,3] z) => (float[1,3] y) <float c = {0.1}> { p = "
                     "Max(x, c) y = Pow(p, z) }"),
              HasSubstr("BinaryOp y 2 1 p z y 0=6"));
}

TEST(NcnnChoicesTest, GridSample) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,5,5] x, float[1,3,4,2] z) => (float[1,2,3,4] y) { y = GridSample<mode = "bicubic",
    padding_mode = "border", align_corners = 1>(x, z) })",
                   16),
            R"(Input x 0 1 x
Input z 0 1 z
GridSample y 2 1 x z y 0=3 1=2 2=1
)");
  // Where ncnn differs, by our own operator.
  EXPECT_EQ(Layers(R"(
    g (float[1,2,5,5] x, float[1,3,4,2] z) => (float[1,2,3,4] y) { y = GridSample<mode = "nearest">(x, z) })",
                   16),
            R"(Input x 0 1 x
Input z 0 1 z
grid_sampler y 2 1 x z y 0=1 1=0 2=0 27=3 28=1
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,5,5] x, float[1,3,4,2] z) => (float[1,2,3,4] y) { y = GridSample<padding_mode =
    "reflection", align_corners = 1>(x, z) })",
                   16),
            R"(Input x 0 1 x
Input z 0 1 z
grid_sampler y 2 1 x z y 0=0 1=2 2=1 27=3 28=1
)");
}

TEST(NcnnChoicesTest, Shrink) {
  EXPECT_EQ(Layers(R"(
    g (float[1,9] x) => (float[1,9] y) <float l = {0.2}, float n = {-0.2}, float zero = {0}> { a =
    Greater(x, l) b = Sub(x, l) c = Where(a, b, zero) d = Less(x, n) e = Add(x, l) f = Where(d, e, zero) y =
    Add(c, f) })"),
            R"(Input x 0 1 x
Shrink y_1 1 1 x y 0=2.000000e-01 1=2.000000e-01
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,9] x) => (float[1,9] y) <float l = {0.2}, float n = {-0.2}, float zero = {0}> { a =
    Greater(x, l) d = Less(x, n) e = Or(a, d) y = Where(e, x, zero) })"),
            R"(Input x 0 1 x
Shrink y_1 1 1 x y 0=0.000000e+00 1=2.000000e-01
)");
  // Bounds that differ.
  EXPECT_EQ(Layers(R"(
    g (float[1,9] x) => (float[1,9] y) <float l = {0.2}, float n = {-0.3}, float zero = {0}> { a =
    Greater(x, l) d = Less(x, n) e = Or(a, d) y = Where(e, x, zero) })")
                .find("Shrink"),
            std::string::npos);
}

TEST(NcnnChoicesTest, NegativePads) {
  const auto pad = [](const std::string& pads, const std::string& mode, const std::string& dim) {
    return Layers("g (float[1,2,9] x) => (float[1,2," + dim + "] y) <int64[6] p = {" + pads +
                  "}> { y = Pad<mode = \"" + mode + "\">(x, p) }");
  };
  EXPECT_EQ(pad("0, 0, -1, 0, 0, -2", "constant", "6"), R"(Input x 0 1 x
Crop x_1 1 1 x y -23309=1,1 -23310=1,7 -23311=1,1
)");
  EXPECT_EQ(pad("0, 0, -1, 0, 0, 2", "constant", "10"), R"(Input x 0 1 x
Crop x_1 1 1 x x_1 -23309=1,1 -23310=1,9 -23311=1,1
Padding y 1 1 x_1 y 0=0 1=0 2=0 3=2 4=0 5=0.000000e+00
)");
  EXPECT_NE(pad("0, 0, -1, 0, 0, 2", "reflect", "10").find("pads of -1 and 2 with mode 'reflect'"),
            std::string::npos);
}

// As torch.nn.functional.dropout(x, 0) is exported; one that drops something.
TEST(NcnnChoicesTest, TrainingDropout) {
  const auto dropout = [](const std::string& ratio) {
    return Layers("g (float[1,3] x) => (float[1,3] y) <float r = {" + ratio +
                  "}, bool t = {1}> { d = Dropout(x, r, t) y = Relu(d) }");
  };
  EXPECT_EQ(dropout("0"), R"(Input x 0 1 x
ReLU y 1 1 x y
)");
  EXPECT_NE(dropout("0.5").find("training_mode"), std::string::npos);
}

TEST(NcnnChoicesTest, ActivationsOfParts) {
  EXPECT_EQ(Layers("g (float[1,3] x) => (float[1,3] y) { y = Softsign(x) }"), R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
UnaryOp y_UnaryOp 1 1 x_splitncnn_1 y_UnaryOp 0=0
BinaryOp y_BinaryOp 1 1 y_UnaryOp y_BinaryOp 0=0 1=1 2=1.000000e+00
BinaryOp y 2 1 x_splitncnn_0 y_BinaryOp y 0=3
)");
  EXPECT_EQ(Layers("g (float[1,3] x) => (float[1,3] y) { y = ThresholdedRelu<alpha = 0.5>(x) }"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
Threshold y_Threshold 1 1 x_splitncnn_1 y_Threshold 0=5.000000e-01
BinaryOp y_BinaryOp 1 1 x_splitncnn_0 y_BinaryOp 0=4 1=1 2=5.000000e-01
BinaryOp y 2 1 y_BinaryOp y_Threshold y 0=2
)");
}

TEST(NcnnChoicesTest, GeluByTanhAsPyTorchExportsIt) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) <float c = {0.044715}, float k = {0.7978846}, float o = {1}, float h = {0.5}> {
    s = Mul(x, x) a = Mul(x, s) b = Mul(c, a) d = Add(x, b) e = Mul(k, d) f = Tanh(e) q = Add(o, f)
    t = Mul(x, q) y = Mul(h, t) })"),
            R"(Input x 0 1 x
GELU y_1 1 1 x y 0=1
)");
}

TEST(NcnnChoicesTest, Hardmax) {
  EXPECT_EQ(Layers("g (float[1,3,4] x) => (float[1,3,4] y) { y = Hardmax<axis = 1>(x) }"),
            R"(Input x 0 1 x
MemoryData y_constant 0 1 y_constant 0=1 1=3
TopK y_TopK 1 1 x y_TopK 0=0
Compare y 2 1 y_constant y_TopK y 0=0
)");
  EXPECT_THAT(Layers("g (float[1,3,w] x) => (float[1,3,w] y) { y = Hardmax(x) }"),
              HasSubstr("the size of axis -1 of 'x', float32[1,3,w], must be known"));
}

TEST(NcnnChoicesTest, Conditions) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3] x, float[1,3] z) => (float[1,3] y) { a = Cast<to = 9>(x) b = Cast<to = 9>(z)
    c = Xor(a, b) y = Cast<to = 1>(c) })"),
            R"(Input x 0 1 x
Input z 0 1 z
MemoryData a_constant 0 1 a_constant 0=1
MemoryData b_constant 0 1 b_constant 0=1
Compare a 2 1 x a_constant a 0=5
Compare b 2 1 z b_constant b 0=5
Compare c 2 1 a b y 0=5
)");
  // Whole numbers are looked at when it runs.
  EXPECT_THAT(Layers("g (float[1,3] x, float[1,3] z) => (bool[1,3] y) { a = Cast<to = 7>(x) b = "
                     "Cast<to = 7>(z) y = Equal(a, b) }"),
              HasSubstr("Compare y 2 1 a b y 0=0 1=1"));
}

TEST(NcnnChoicesTest, ClipWithoutABound) {
  const auto clip = [](const std::string& bounds) {
    return Layers(
        "g (float[1,4] x) => (float[1,4] y) <float a = {-1}, float b = {2}> { y = Clip(x" + bounds +
        ") }");
  };
  EXPECT_THAT(clip(", a"), HasSubstr("BinaryOp y 1 1 x y 0=4 1=1 2=-1.000000e+00"));
  EXPECT_THAT(clip(", , b"), HasSubstr("BinaryOp y 1 1 x y 0=5 1=1 2=2.000000e+00"));
  EXPECT_THAT(clip(", a, b"), HasSubstr("Clip y 1 1 x y 0=-1.000000e+00 1=2.000000e+00"));
}

TEST(NcnnChoicesTest, Where) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3] x, float[1,2,3] z) => (float[1,2,3] y) { c = Greater(z, x) n = Not(c) y = Where(n, x, z) })"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
Input z 0 1 z
Split splitncnn_input1 1 2 z z_splitncnn_0 z_splitncnn_1
ExpandDims c_ExpandDims 1 1 x_splitncnn_1 c_ExpandDims -23303=1,0
Compare c 2 1 z_splitncnn_1 c_ExpandDims c 0=3
BinaryOp n 1 1 c n 0=7 1=1 2=1.000000e+00
ExpandDims y_ExpandDims 1 1 x_splitncnn_0 y_ExpandDims -23303=1,0
Where y 3 1 n y_ExpandDims z_splitncnn_0 y
)");
}

TEST(NcnnChoicesTest, Scatter) {
  // A block; numbers known beforehand; single places.
  EXPECT_EQ(Layers(R"(
    g (float[1,3,4] x, float[1,2,4] u) => (float[1,3,4] y) <int64[1,2,2] i = {0, 1, 0, 2}> { y = ScatterND(x,
    i, u) })"),
            R"(Input x 0 1 x
Input u 0 1 u
CopyTo y_1 2 1 x u y 0=0 1=1
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,3] x) => (float[1,3] y) <int64[2,2] i = {0, 0, 0, 2}, float[2] u = {7, 8}> { y = ScatterND(x,
    i, u) })"),
            R"(Input x 0 1 x
MemoryData constant 0 1 constant 0=3
MemoryData constant_1 0 1 constant_1 0=3
Where y_1 3 1 constant constant_1 x y
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,3] x, float[1,2] u) => (float[1,3] y) <int64[1,2] i = {2, 0}> { y = ScatterElements<axis =
    1>(x, i, u) })"),
            R"(Input x 0 1 x
Input u 0 1 u
MemoryData constant_2 0 1 constant_2 0=3
Concat y_1 2 1 x u y_1 0=0
Gather y_2 2 1 y_1 constant_2 y 0=0
)");
  EXPECT_NE(Layers(R"(
    g (float[1,3] x, float[1,2] u, int64[1,2] i) => (float[1,3] y) { y = ScatterElements<axis = 1>(x, i, u) })")
                .find("ScatterElements y 3 1 x i u y 0=0"),
            std::string::npos);
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
