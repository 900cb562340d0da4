#include <gtest/gtest.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// What groups of nodes become.

namespace mmdeploy::ncnn_convert {
namespace {

TEST(NcnnFuseTest, Swish) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) { s = Sigmoid(x) y = Mul(x, s) })"),
            R"(Input x 0 1 x
Swish y_1 1 1 x y
)");
}

TEST(NcnnFuseTest, HardSwish) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) <float three = {3}, float zero = {0}, float six = {6}> {
    a = Add(x, three) b = Clip(a, zero, six) c = Mul(x, b) y = Div(c, six) })"),
            R"(Input x 0 1 x
HardSwish y_1_1 1 1 x y 0=1.666667e-01 1=5.000000e-01
)");
}

TEST(NcnnFuseTest, Gelu) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4] x) => (float[1,4] y) <float r = {1.41421356}, float one = {1}, float half =
    {0.5}> { a = Div(x, r) b = Erf(a) c = Add(b, one) d = Mul(x, c) y = Mul(d, half) })"),
            R"(Input x 0 1 x
GELU y_1 1 1 x y 0=0
)");
}

TEST(NcnnFuseTest, LayerNormParts) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,2] x) => (float[1,3,2] y) <float two = {2}, float e = {0.00001}, float[2] w =
    {1, 2}, float[2] b = {3, 4}> { m = ReduceMean<axes = [-1]>(x) d = Sub(x, m) p = Pow(d, two)
    v = ReduceMean<axes = [-1]>(p) q = Add(v, e) s = Sqrt(q) n = Div(d, s) f = Mul(n, w) y =
    Add(f, b) })"),
            R"(Input x 0 1 x
LayerNorm y_1 1 1 x y 0=2 1=1.000000e-05 2=1
)");
}

TEST(NcnnFuseTest, Normalize) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,5,6] x) => (float[1,4,5,6] y) <float e = {0.001}, int64[4] s = {1, 4, 5, 6}> {
    n = ReduceL2<axes = [1]>(x) c = Clip(n, e) f = Expand(c, s) y = Div(x, f) })"),
            R"(Input x 0 1 x
Normalize y_1 1 1 x y 1=1 2=1.000000e-03 3=1 9=1
)");
}

TEST(NcnnFuseTest, GroupNorm) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,2,2] x) => (float[1,4,2,2] y) <int64[3] s = {1, 2, -1}, int64[4] t = {1, 4, 2,
    2}, float[2] one = {1, 1}, float[2] zero = {0, 0}, float[4,1,1] w = {1, 2, 3, 4},
    float[4,1,1] b = {1, 2, 3, 4}> { r = Reshape(x, s) n = InstanceNormalization(r, one, zero) u
    = Reshape(n, t) m = Mul(u, w) y = Add(m, b) })"),
            R"(Input x 0 1 x
GroupNorm y_1 1 1 x y 0=2 1=4 2=1.000000e-05 3=1
)");
}

// Without factors, without summands, without both; of rows.
TEST(NcnnFuseTest, GroupNormParts) {
  const auto norm = [](const std::string& rest) {
    return Layers(
        "g (float[1,4,2,2] x) => (float[1,4,2,2] y) <int64[3] s = {1, 2, -1}, int64[4] t = {1, "
        "4, 2, 2}, float[2] one = {1, 1}, float[2] zero = {0, 0}, float[4,1,1] w = {1, 2, 3, "
        "4}> { r = Reshape(x, s) n = InstanceNormalization(r, one, zero) " +
        rest + " }");
  };
  const std::string expected = R"(Input x 0 1 x
GroupNorm y_1 1 1 x y 0=2 1=4 2=1.000000e-05 3=1
)";
  EXPECT_EQ(norm("y = Reshape(n, t)"), expected);
  EXPECT_EQ(norm("u = Reshape(n, t) y = Mul(w, u)"), expected);
  EXPECT_EQ(norm("u = Reshape(n, t) y = Add(u, w)"), expected);
  EXPECT_EQ(Layers(R"(
    g (float[1,4,6] x) => (float[1,4,6] y) <int64[3] s = {1, 2, -1}, int64[3] t = {1, 4, 6}, float[2] one
    = {1, 1}, float[2] zero = {0, 0}, float[4,1] w = {1, 2, 3, 4}> { r = Reshape(x, s) n =
    InstanceNormalization(r, one, zero) u = Reshape(n, t) y = Mul(u, w) })"),
            expected);
}

TEST(NcnnFuseTest, ShuffleChannel) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,2,2] x) => (float[1,4,2,2] y) <int64[5] s = {1, 2, 2, 2, 2}, int64[4] t = {1,
    4, 2, 2}> { r = Reshape(x, s) p = Transpose<perm = [0, 2, 1, 3, 4]>(r) y = Reshape(p, t) })"),
            R"(Input x 0 1 x
ShuffleChannel y_1 1 1 x y 0=2 1=0
)");
}

TEST(NcnnFuseTest, PixelShuffle) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,2,3] x) => (float[1,1,4,6] y) <int64[6] s = {1, 1, 2, 2, 2, 3}, int64[4] t =
    {1, 1, 4, 6}> { r = Reshape(x, s) p = Transpose<perm = [0, 1, 4, 2, 5, 3]>(r) y = Reshape(p,
    t) })"),
            R"(Input x 0 1 x
PixelShuffle y_1 1 1 x y 0=2 1=0
)");
}

TEST(NcnnFuseTest, Reorg) {
  EXPECT_EQ(Layers(R"(
    g (float[1,1,4,6] x) => (float[1,4,2,3] y) <int64[6] s = {1, 1, 2, 2, 3, 2}, int64[4] t =
    {1, 4, 2, 3}> { r = Reshape(x, s) p = Transpose<perm = [0, 1, 3, 5, 2, 4]>(r) y = Reshape(p,
    t) })"),
            R"(Input x 0 1 x
Reorg y_1 1 1 x y 0=2
)");
}

TEST(NcnnFuseTest, ExpandBroadcast) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,3] x, float[1,4,1] z) => (float[1,4,3] y) <int64[3] s = {1, 4, 3}> { e =
    Expand(z, s) y = Add(x, e) })"),
            R"(Input x 0 1 x
Input z 0 1 z
BinaryOp y 2 1 x z y 0=0
)");
}

TEST(NcnnFuseTest, GatherTranspose) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,18] x) => (float[1,3,4,2] y) <int64[5] s = {1, 4, 3, 3, 2}, int64 i = {1}> { r
    = Reshape(x, s) t = Transpose<perm = [2, 0, 3, 1, 4]>(r) y = Gather(t, i) })"),
            R"(Input x 0 1 x
Crop y_1_1 1 1 x y_1_1 -23309=1,6 -23310=1,12 -23311=1,1
Reshape y_1_2 1 1 y_1_1 y_1_2 0=2 1=3 2=4
Permute y_2 1 1 y_1_2 y 0=2
)");
}

TEST(NcnnFuseTest, ReshapeTranspose) {
  EXPECT_EQ(Layers(R"(
    g (float[1,4,4,2] x) => (float[1,32] y) <int64[6] s = {1, 2, 2, 2, 2, 2}, int64[2] t = {1,
    32}> { r = Reshape(x, s) p = Transpose<perm = [0, 1, 3, 2, 4, 5]>(r) y = Reshape(p, t) })"),
            R"(Input x 0 1 x
Reshape y_1_Reshape 1 1 x y_1_Reshape 0=4 1=2 2=2 11=2
Permute y_1_Permute 1 1 y_1_Reshape y_1_Permute 0=2
Reshape y_1 1 1 y_1_Permute y 0=32
)");
}

// Of a batch that is made inside of the network.
TEST(NcnnFuseTest, GatherReshape) {
  EXPECT_EQ(Layers(R"(
    g (float[1,6,12] x) => (float[1,6,4] y) <int64[3] b = {2, 3, 12}, int64[5] s = {2, 3, 3, 2, 2},
    int64 i = {1}, int64[3] t = {1, 6, 4}> { w = Reshape(x, b) r = Reshape(w, s) z = Transpose<perm
    = [2, 0, 3, 1, 4]>(r) g = Gather(z, i) c = Transpose<perm = [0, 2, 1, 3]>(g) y = Reshape(c, t)
    })"),
            R"(Input x 0 1 x
Crop g_1_1 1 1 x g_1_1 -23309=1,4 -23310=1,8 -23311=1,1
Reshape g_1_2 1 1 g_1_1 g_1_2 0=2 1=2 2=2 11=3
Permute g_2 1 1 g_1_2 g_2 0=2
Permute c 1 1 g_2 c 0=2
Reshape y 1 1 c y 0=4 1=6
)");
}

TEST(NcnnFuseTest, Unfold) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,4,6] x) => (float[1,12,6] y) <int64[2,2] i = {0, 2, 1, 3}, int64[2,3] j = {0, 2, 4,
    1, 3, 5}, int64[3] s = {1, 12, -1}> { a = Gather<axis = 2>(x, i) b = Gather<axis = 4>(a, j) t =
    Transpose<perm = [0, 1, 2, 4, 3, 5]>(b) y = Reshape(t, s) })"),
            R"(Input x 0 1 x
Unfold y_1 1 1 x y 1=2 2=1 3=2 4=0 11=2 12=1 13=2 14=0 15=0 16=0
)");
}

// Windows that overlap, with a padding; rows that are no windows.
TEST(NcnnFuseTest, UnfoldOverlap) {
  const auto unfold = [](const std::string& last) {
    return Layers(
        "g (float[1,2,3,3] x) => (float[1,8,16] y) <int64[8] p = {0, 0, 1, 1, 0, 0, 1, 1}, "
        "int64[2,4] i = {0, 1, 2, 3, 1, 2, 3, " +
        last +
        "}, int64[3] s = {1, 8, -1}> { d = Pad(x, p) "
        "a = Gather<axis = 2>(d, i) b = Gather<axis = 4>(a, i) t = Transpose<perm = [0, 1, 2, 4, "
        "3, "
        "5]>(b) y = Reshape(t, s) }");
  };
  EXPECT_EQ(unfold("4"), R"(Input x 0 1 x
Unfold y_1 1 1 x y 1=2 2=1 3=1 4=1 11=2 12=1 13=1 14=1 15=1 16=1
)");
  EXPECT_NE(unfold("3").find("cannot be converted"), std::string::npos);
}

// One direction; both; the batch first.
TEST(NcnnFuseTest, Recurrent) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,1] x) => (float[1,3,1] y) <float[1,4,1] w = {1, 2, 3, 4}, float[1,4,1] r = {5,
    6, 7, 8}, int64[1] a = {1}> { s = Transpose<perm = [1, 0, 2]>(x) h = LSTM<hidden_size =
    1>(s, w, r) q = Squeeze(h, a) y = Transpose<perm = [1, 0, 2]>(q) })"),
            R"(Input x 0 1 x
LSTM h 1 1 x y 0=1 1=4 2=0
)");
  EXPECT_EQ(Layers(R"(
    g (float[1,3,1] x) => (float[1,3,2] y) <float[2,1,1] w = {1, 2}, float[2,1,1] r = {5, 6},
    int64[3] s = {0, 0, -1}> { f = Transpose<perm = [1, 0, 2]>(x) h = RNN<hidden_size = 1,
    direction = "bidirectional">(f, w, r) t = Transpose<perm = [0, 2, 1, 3]>(h) q = Reshape(t, s)
    y = Transpose<perm = [1, 0, 2]>(q) })"),
            R"(Input x 0 1 x
RNN h 1 1 x y 0=1 1=2 2=2
)");
}

TEST(NcnnFuseTest, AttentionPacked) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,2] x) => (float[1,3,2] y) <float[2,6] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    12}, float[6] b = {1, 2, 3, 4, 5, 6}, int64[5] s = {1, 3, 3, 1, 2}, int64 i = {0}, int64 j =
    {1}, int64 k = {2}, float one = {1.41421356}, int64[3] t = {1, 3, 2}, float[2,2] wo = {1, 2, 3, 4},
    float[2] bo = {1, 2}> { m = MatMul(x, w) p = Add(m, b) r = Reshape(p, s) z = Transpose<perm =
    [2, 0, 3, 1, 4]>(r) q = Gather(z, i) l = Gather(z, j) v = Gather(z, k) c = Transpose<perm =
    [0, 1, 3, 2]>(l) d = MatMul(q, c) e = Div(d, one) a = Softmax(e) f = MatMul(a, v) h =
    Transpose<perm = [0, 2, 1, 3]>(f) n = Reshape(h, t) o = MatMul(n, wo) y = Add(o, bo) })"),
            R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=2 1=1 2=4
)");
}

// As PyTorch exports it: query of one value, key and value of another one.
TEST(NcnnFuseTest, AttentionSeparate) {
  EXPECT_EQ(Layers(R"(
    g (float[1,3,4] x, float[1,5,4] z) => (float[1,3,4] y) <int64[2] wd = {4, 4}, int64[2] ud = {4,
    8}, float[4] b = {1, 2, 3, 4}, int64[1] i = {0}, int64[1] j = {4}, int64[1] k = {8}, int64[1]
    last = {-1}, int64[3] s = {3, 2, 2}, int64[3] t = {5, 2, 2}, float e = {1.41421356}, int64[2]
    v = {3, 4}, int64[3] f = {1, 3, 4}> { w = ConstantOfShape(wd) u = ConstantOfShape(ud) x1 =
    Transpose<perm = [1, 0, 2]>(x) z1 = Transpose<perm = [1, 0, 2]>(z) q1 = MatMul(x1, w) q2 =
    Add(q1, b) p = MatMul(z1, u) k1 = Slice(p, i, j, last) v1 = Slice(p, j, k, last) q3 =
    Reshape(q2, s) q4 = Transpose<perm = [1, 0, 2]>(q3) q5 = Div(q4, e) k2 = Reshape(k1, t) k3 =
    Transpose<perm = [1, 2, 0]>(k2) v2 = Reshape(v1, t) v3 = Transpose<perm = [1, 0, 2]>(v2) m =
    MatMul(q5, k3) a = Softmax(m) c = MatMul(a, v3) c1 = Transpose<perm = [1, 0, 2]>(c) c2 =
    Reshape(c1, v) o = Gemm<transB = 1>(c2, w, b) y = Reshape(o, f) })"),
            R"(Input x 0 1 x
Input z 0 1 z
MultiHeadAttention o_1 2 1 x z y 0=4 1=2 2=16
)");
}

// The batch of a Conv is known even where its size is not.
TEST(NcnnFuseTest, ConvReshape) {
  EXPECT_EQ(Layers(R"(
    g (float[1,1,h,w] x) => (float[1,2,n] y) <float[2,1,1,1] k = {1, 2}, int64[1] zero = {0},
    int64[1] one = {1}, int64[2] rest = {2, -1}> { c = Conv(x, k) s = Shape(c) b = Slice(s, zero,
    one, zero) t = Concat<axis = 0>(b, rest) y = Reshape(c, t) })"),
            R"(Input x 0 1 x
Convolution c 1 1 x c 0=2 1=1 2=1 3=1 4=0 5=0 6=2 11=1 12=1 13=1 14=0 15=0 16=0
Reshape y 1 1 c y 0=-1 1=2
)");
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
