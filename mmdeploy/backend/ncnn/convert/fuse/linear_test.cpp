#include <gtest/gtest.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// Products with constants and the Reshapes around them.

namespace mmdeploy::ncnn_convert {
namespace {

TEST(NcnnLinearTest, ByRows) {
  const auto linear = [](const std::string& rows) {
    return Layers(
        "g (float[1," + rows + ",2] x) => (float[1," + rows +
        ",3] y) <float[2,3] w = {1, 2, 3, 4, 5, 6}, float[3] b = {1, 2, 3}> { m = MatMul(x, w) "
        "y = Add(b, m) }");
  };
  EXPECT_EQ(linear("8"), R"(Input x 0 1 x
InnerProduct y 1 1 x y 0=3 1=1 2=6
)");
  EXPECT_EQ(linear("16"), R"(Input x 0 1 x
InnerProduct y 1 1 x y 0=3 1=1 2=6
)");
  EXPECT_EQ(linear("49"), R"(Input x 0 1 x
Gemm y 1 1 x y 3=1 5=1 6=1 7=49 8=3 9=2 10=4
)");
  EXPECT_EQ(linear("n"), R"(Input x 0 1 x
Gemm y 1 1 x y 3=1 5=1 6=1 8=3 9=2 10=4
)");
}

// One pair of Reshapes for both products.
TEST(NcnnLinearTest, ReshapesBetween) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,5,2] x) => (float[1,3,5,2] y) <float[2,3] w = {1, 2, 3, 4, 5, 6}, float[3] b = {1, 2,
    3}, float[3,2] v = {1, 2, 3, 4, 5, 6}> { m = MatMul(x, w) a = Add(m, b) r = Relu(a) y = MatMul(r, v) })"),
            R"(Input x 0 1 x
Reshape x_1 1 1 x x_1 0=2 1=15
Gemm a_1 1 1 x_1 a_1 3=1 5=1 6=1 7=15 8=3 9=2 10=4
ReLU r 1 1 a_1 r
Gemm y_1 1 1 r y_1 3=1 5=1 6=1 7=15 8=2 9=3 10=-1
Reshape y 1 1 y_1 y 0=2 1=5 2=3
)");
}

// A summand that is no row stays outside.
TEST(NcnnLinearTest, OtherSummands) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,2] x) => (float[1,2,2] y) <float[2,2] w = {1, 2, 3, 4}, float[2,2] b = {1, 2, 3, 4}> {
    m = MatMul(x, w) y = Add(m, b) })"),
            R"(Input x 0 1 x
MemoryData w 0 1 w 0=2 1=2
Gemm m 1 1 x m 3=1 5=1 6=1 7=2 8=2 9=2 10=-1
BinaryOp y 2 1 m w y 0=0
)");
}

TEST(NcnnLinearTest, SqueezeExcite) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,4] x) => (float[1,2,4,4] y) <float[1,2,1,1] w = {1, 2}, float[1] b = {3},
    float[2,1,1,1] v = {1, 2}> { p = GlobalAveragePool(x) c = Conv(p, w, b) r = Relu(c) d = Conv(r, v) s =
    HardSigmoid(d) y = Mul(s, x) })"),
            R"(Input x 0 1 x
Split splitncnn_input0 1 2 x x_splitncnn_0 x_splitncnn_1
Pooling p_1 1 1 x_splitncnn_1 p_1 0=1 4=1
InnerProduct c_1 1 1 p_1 r 0=1 1=1 2=2 9=1
InnerProduct d_1 1 1 r d_1 0=2 1=0 2=2
HardSigmoid s 1 1 d_1 s 0=2.000000e-01 1=5.000000e-01
BinaryOp y_1 2 1 s x_splitncnn_0 y 0=2
)");
}

TEST(NcnnLinearTest, PoolFlatten) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,4] x) => (float[1,3] y) <float[2,3] w = {1, 2, 3, 4, 5, 6}, float[3] b = {1, 2, 3}> {
    p = GlobalAveragePool(x) f = Flatten(p) y = Gemm(f, w, b) })"),
            R"(Input x 0 1 x
Pooling p_1 1 1 x p_1 0=1 4=1
InnerProduct y 1 1 p_1 y 0=3 1=1 2=6
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,2,4,4] x) => (float[1,2] y) { y = ReduceMean<axes = [-1, -2], keepdims = 0>(x) })"),
            R"(Input x 0 1 x
Pooling y_1 1 1 x y 0=1 4=1
)");
}

TEST(NcnnLinearTest, TransposedProduct) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3,4] x, float[1,2,5,4] z) => (float[1,2,3,5] y) { t = Transpose<perm = [0, 1, 3, 2]>(z) y =
    MatMul(x, t) })"),
            R"(Input x 0 1 x
Input z 0 1 z
MatMul y_1 2 1 x z y 0=1
)");
  // Another user of the transposed value; another order.
  EXPECT_NE(Layers(R"(
    g (float[1,2,3,4] x, float[1,2,5,4] z) => (float[1,2,3,5] y, float[1,2,4,5] t) { t = Transpose<perm =
    [0, 1, 3, 2]>(z) y = MatMul(x, t) })")
                .find("Permute"),
            std::string::npos);
  EXPECT_NE(Layers(R"(
    g (float[1,2,3,4] x, float[1,5,2,4] z) => (float[1,2,3,5] y) { t = Transpose<perm = [0, 2, 3, 1]>(z) y
    = MatMul(x, t) })")
                .find("Permute"),
            std::string::npos);
}

// Dimensions of 1 change places.
TEST(NcnnLinearTest, TransposesThatMoveNothing) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,4] x) => (float[1,3,4] y) { t = Transpose<perm = [1, 0, 2]>(x) r = Relu(t) y =
    Transpose<perm = [1, 0, 2]>(r) })"),
            R"(Input x 0 1 x
ReLU r 1 1 x y
)");
}

TEST(NcnnLinearTest, ConstantTimesMatrix) {
  EXPECT_EQ(Layers(R"(
    g (float[1,2,3] x) => (float[1,4,3] y) <float[4,2] w = {1, 2, 3, 4, 5, 6, 7, 8}> { y = MatMul(w, x) })"),
            R"(Input x 0 1 x
Gemm y 1 1 x y 4=1 6=1 7=4 9=2 10=-1
)");
}

TEST(NcnnLinearTest, SplitForSlices) {
  const auto slices = [](const std::string& begin) {
    return Layers(
        "g (float[1,4,3] x) => (float[1,2,3] y, float[1,c,3] z) <int64[1] o = {0}, int64[1] t = "
        "{" +
        begin +
        "}, int64[1] f = {4}, int64[1] a = {1}, int64[1] h = {2}> { y = Slice(x, o, "
        "h, a) z = Slice(x, t, f, a) }");
  };
  EXPECT_EQ(slices("2"), R"(Input x 0 1 x
Slice y_1 1 2 x y z -23300=2,2,-233 1=0
)");
  EXPECT_NE(slices("1").find("Crop"), std::string::npos);
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
