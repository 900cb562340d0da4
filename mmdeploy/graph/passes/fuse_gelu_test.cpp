#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

const std::string kHead =
    "g (float[N] x) => (float[N] y) <float r = {1.4142135}, float i = {0.70710677}, float o = {1}, "
    "float h = {0.5}, float c = {0.044715}, float k = {0.7978846}, float p = {3}> ";
const std::string kAfter = "g (float[N] x) => (float[N] y) ";

TEST(FuseGeluTest, AllSpellings) {
  const char* models[] = {
      "{ a = Div(x, r) b = Erf(a) d = Add(b, o) e = Mul(x, d) y = Mul(e, h) }",
      "{ a = Div(x, r) b = Erf(a) d = Add(o, b) e = Mul(x, h) y = Mul(d, e) }",
      "{ a = Mul(i, x) b = Erf(a) d = Add(b, o) e = Mul(h, d) y = Mul(x, e) }",
  };
  for (const char* model : models) {
    ExpectRewrite("fuse_gelu", kHead + model, kAfter + "{ y = Gelu(x) }", 20);
  }
}

TEST(FuseGeluTest, TanhForm) {
  ExpectRewrite("fuse_gelu",
                kHead +
                    "{ a = Pow(x, p) b = Mul(c, a) d = Add(x, b) e = Mul(d, k) f = Tanh(e) "
                    "q = Add(f, o) s = Mul(x, h) y = Mul(s, q) }",
                kAfter + "{ y = Gelu<approximate=\"tanh\">(x) }", 20);
  // As PyTorch exports it.
  ExpectRewrite("fuse_gelu",
                kHead +
                    "{ s = Mul(x, x) a = Mul(x, s) b = Mul(c, a) d = Add(x, b) e = Mul(k, d) "
                    "f = Tanh(e) q = Add(o, f) t = Mul(x, q) y = Mul(h, t) }",
                kAfter + "{ y = Gelu<approximate=\"tanh\">(x) }", 20);
}

TEST(FuseGeluTest, KeepsOlderSetsOtherNumbersAndOtherUsers) {
  const std::string gelu = "{ a = Div(x, r) b = Erf(a) d = Add(b, o) e = Mul(x, d) y = Mul(e, h) }";
  ExpectUntouched("fuse_gelu", kHead + gelu, 19);
  ExpectUntouched("fuse_gelu",
                  kHead +
                      "{ a = Div(x, r) b = Erf(a) d = Add(b, o) e = Mul(x, d) "
                      "y = Mul(e, o) }",
                  20);
  ExpectUntouched("fuse_gelu",
                  "g (float[N] x) => (float[N] y, float[N] b) <float r = {1.4142135}, "
                  "float o = {1}, float h = {0.5}> " +
                      gelu,
                  20);
}

}  // namespace
}  // namespace mmdeploy::graph
