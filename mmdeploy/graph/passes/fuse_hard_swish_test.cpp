#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

const std::string kHead =
    "g (float[N] x) => (float[N] y) <float z = {0}, float t = {3}, float s = {6}, "
    "float r = {0.16666667}> { a = Add(x, t) b = Clip(a, z, s) ";

TEST(FuseHardSwishTest, FromParts) {
  const std::string after = "g (float[N] x) => (float[N] y) { y = HardSwish(x) }";
  ExpectRewrite("fuse_hard_swish", kHead + "c = Mul(x, b) y = Div(c, s) }", after, 14);
  ExpectRewrite("fuse_hard_swish", kHead + "c = Mul(b, x) y = Mul(c, r) }", after, 14);
  ExpectRewrite("fuse_hard_swish", kHead + "c = Div(b, s) y = Mul(c, x) }", after, 14);
  ExpectRewrite("fuse_hard_swish",
                "g (float[N] x) => (float[N] y) { g = HardSigmoid<alpha=0.16666667>(x) "
                "y = Mul(x, g) }",
                after, 14);
}

TEST(FuseHardSwishTest, InOlderSetsByHardSigmoid) {
  ExpectRewrite("fuse_hard_swish", kHead + "c = Mul(x, b) y = Div(c, s) }",
                "g (float[N] x) => (float[N] y) "
                "{ y_gate = HardSigmoid<alpha=0.16666667,beta=0.5>(x) y = Mul(x, y_gate) }",
                13);
  ExpectUntouched("fuse_hard_swish",
                  "g (float[N] x) => (float[N] y) { g = HardSigmoid<alpha=0.16666667>(x) "
                  "y = Mul(x, g) }",
                  13);
}

TEST(FuseHardSwishTest, HardSigmoid) {
  ExpectRewrite("fuse_hard_swish", kHead + "y = Div(b, s) }",
                "g (float[N] x) => (float[N] y) { y = HardSigmoid<alpha=0.16666667,beta=0.5>(x) }");
}

TEST(FuseHardSwishTest, KeepsOtherNumbersAndOtherUsers) {
  ExpectUntouched("fuse_hard_swish", kHead + "y = Div(b, t) }");
  ExpectUntouched("fuse_hard_swish", kHead + "c = Mul(a, b) y = Div(c, t) }", 14);
  ExpectUntouched("fuse_hard_swish",
                  "g (float[N] x) => (float[N] y, float[N] b) <float z = {0}, float t = {3}, "
                  "float s = {6}> { a = Add(x, t) b = Clip(a, z, s) y = Div(b, s) }");
}

}  // namespace
}  // namespace mmdeploy::graph
