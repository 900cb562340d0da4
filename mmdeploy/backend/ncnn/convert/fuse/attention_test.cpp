#include <gtest/gtest.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// Attention in the forms of exporters. Two heads of two numbers each for three tokens.

namespace mmdeploy::ncnn_convert {
namespace {

constexpr char kConstants[] =
    "<int64[2] ws = {4, 12}, int64[2] wo = {4, 4}, float[12] b = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, "
    "11, "
    "12}, float[4] bo = {1, 2, 3, 4}, int64[5] s = {1, 3, 3, 2, 2}, int64[3] t = {1, 3, 4}, float "
    "c = "
    "{0.70710678}, float half = {0.5}, int64 zero = {0}, int64 one = {1}, int64 two = {2}, "
    "int64[1] ax = {2}, int64[4] heads = {1, 3, 2, 2}, float[3,3] "
    "mask = {0, 1, 1, 0, 0, 1, 0, 0, 0}> ";

// `scores` makes e of q and transposed k, named l.
std::string Attention(const std::string& scores, const std::string& outputs = "float[1,3,4] y") {
  return Layers(
      "g (float[1,3,4] x) => (" + outputs + ") " + kConstants +
      "{ w = ConstantOfShape(ws) m = MatMul(x, w) p = Add(b, m) r = Reshape(p, s) z = "
      "Transpose<perm = [2, 0, 3, 1, 4]>(r) q = Gather(z, zero) k = Gather(z, one) v = "
      "Gather(z, two) l = Transpose<perm = [0, 1, 3, 2]>(k) " +
      scores +
      " a = Softmax<axis = -1>(e) f = MatMul(a, v) h = Transpose<perm = [0, 2, 1, 3]>(f) n = "
      "Reshape(h, t) u = ConstantOfShape(wo) o = MatMul(n, u) y = Add(o, bo) }");
}

TEST(NcnnAttentionTest, Scale) {
  EXPECT_EQ(Attention("d = MatMul(q, l) e = Mul(d, c)"), R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=4 1=2 2=16
)");
  EXPECT_EQ(Attention("i = Mul(q, c) e = MatMul(i, l)"), R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=4 1=2 2=16
)");
  // Another one than ncnn's own.
  EXPECT_EQ(Attention("i = Mul(q, half) e = MatMul(i, l)"), R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=4 1=2 2=16 6=5.000000e-01
)");
}

TEST(NcnnAttentionTest, Mask) {
  EXPECT_EQ(Attention("d = MatMul(q, l) i = Mul(d, c) e = Add(i, mask)"), R"(Input x 0 1 x
MemoryData constant_8 0 1 constant_8 0=3 1=3
MultiHeadAttention y_1 2 1 x constant_8 y 0=4 1=2 2=16 5=1
)");
}

// The weights of the attention are asked for, or something else is done to them.
TEST(NcnnAttentionTest, Stays) {
  EXPECT_EQ(Attention("d = MatMul(q, l) e = Mul(d, c)", "float[1,3,4] y, float[1,2,3,3] a")
                .find("MultiHeadAttention"),
            std::string::npos);
  EXPECT_EQ(Attention("d = MatMul(q, l) e = Tanh(d)").find("MultiHeadAttention"),
            std::string::npos);
  // The mask is multiplied by the scale too.
  EXPECT_EQ(Attention("d = MatMul(q, l) i = Add(d, mask) e = Mul(i, c)").find("MultiHeadAttention"),
            std::string::npos);
}

std::string Unpacked(const std::string& parts) {
  return Layers(std::string("g (float[1,3,4] x) => (float[1,3,4] y) ") + kConstants +
                "{ w = ConstantOfShape(ws) m = MatMul(x, w) p = Add(m, b) " + parts +
                " d = MatMul(q, l) e = Mul(d, c) a = Softmax<axis = -1>(e) f = MatMul(a, v) h = "
                "Transpose<perm = [0, 2, 1, 3]>(f) n = Reshape(h, t) u = ConstantOfShape(wo) y = "
                "MatMul(n, u) }");
}

// Parts by Split, and by Slice; no summand behind.
TEST(NcnnAttentionTest, Arrangements) {
  EXPECT_EQ(
      Unpacked("r = Reshape(p, s) z = Transpose<perm = [0, 3, 2, 1, 4]>(r) i, j, g = Split<axis = "
               "2>(z) q = Squeeze(i, ax) k = Squeeze(j, ax) v = Squeeze(g, ax) l = Transpose<perm "
               "= [0, 1, 3, 2]>(k)"),
      R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=4 1=2 2=16
)");
  EXPECT_EQ(
      Unpacked("i, j, g = Split<axis = 2>(p) i1 = Reshape(i, heads) q = Transpose<perm = [0, 2, 1, "
               "3]>(i1) j1 = Reshape(j, heads) l = Transpose<perm = [0, 2, 3, 1]>(j1) g1 = "
               "Reshape(g, heads) v = Transpose<perm = [0, 2, 1, 3]>(g1)"),
      R"(Input x 0 1 x
MultiHeadAttention y_1 1 1 x y 0=4 1=2 2=16
)");
}

// What MultiHeadAttention does not know: query, key and value are no products with constants.
TEST(NcnnAttentionTest, Computed) {
  const auto attention = [](const std::string& scores) {
    return Layers(
        "g (float[1,2,3,4] q, float[1,2,5,4] k, float[1,2,5,6] v) => (float[1,2,3,6] y) <float c = "
        "{0.5}, float[3,5] m = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}> { l = "
        "Transpose<perm "
        "= [0, 1, 3, 2]>(k) d = MatMul(q, l) " +
        scores + " a = Softmax<axis = -1>(e) y = MatMul(a, v) }");
  };
  EXPECT_EQ(attention("e = Mul(d, c)"), R"(Input q 0 1 q
Input k 0 1 k
Input v 0 1 v
SDPA y_1 3 1 q k v y 6=5.000000e-01
)");
  EXPECT_EQ(attention("i = Mul(d, c) e = Add(m, i)"), R"(Input q 0 1 q
Input k 0 1 k
Input v 0 1 v
MemoryData constant 0 1 constant 0=5 1=3
SDPA y_1 4 1 q k v constant y 5=1 6=5.000000e-01
)");
  // A mask that depends on the input; something else between.
  EXPECT_EQ(attention("e = Add(d, d)").find("SDPA"), std::string::npos);
  EXPECT_EQ(attention("e = Relu(d)").find("SDPA"), std::string::npos);
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
