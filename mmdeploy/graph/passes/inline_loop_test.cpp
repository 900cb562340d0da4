#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(InlineLoopTest, RunsOnceInPlace) {
  ExpectRewrite("inline_loop",
                "g (float[2] x) => (float[2] y) <int64 n = {1}> { y = Loop(n, , x) <"
                "body = b (int64 i, bool c, float[2] v) => (bool k, float[2] w) "
                "{ k = Identity(c) f = Cast<to=1>(i) w = Add(v, f) }> }",
                "g (float[2] x) => (float[2] y) <int64 step = {0}> "
                "{ f = Cast<to=1>(step) y = Add(x, f) }");
}

TEST(InlineLoopTest, CollectsOneSlice) {
  ExpectRewrite("inline_loop",
                "g (float[2] x) => (float[1,2] y) <int64 n = {1}, bool t = {1}> { y = Loop(n, t) <"
                "body = b (int64 i, bool c) => (bool c, float[2] w) { w = Neg(x) }> }",
                "g (float[2] x) => (float[1,2] y) <int64[1] axes = {0}> "
                "{ w = Neg(x) y = Unsqueeze(w, axes) }");
}

TEST(InlineLoopTest, NeverRunGivesTheInitialValues) {
  ExpectRewrite("inline_loop",
                "g (float[2] x, int64 n) => (float[2] y) <bool c = {0}> { m = Neg(x) "
                "r = Loop(n, c, m) <body = b (int64 i, bool d, float[2] v) => (bool d, float[2] w) "
                "{ w = Exp(v) }> y = Relu(r) }",
                "g (float[2] x, int64 n) => (float[2] y) { m = Neg(x) y = Relu(m) }");
}

TEST(InlineLoopTest, UnrollsFewSteps) {
  ExpectRewrite("inline_loop",
                "g (float[2] x) => (float[2] y, float[2,2] z) <int64 n = {2}, bool t = {1}> "
                "{ y, z = Loop(n, t, x) <body = b (int64 i, bool c, float[2] v) => "
                "(bool c, float[2] w, float[2] v) <float[2] k = {1,2}> { [m] w = Mul(v, k) }> }",
                "g (float[2] x) => (float[2] y, float[2,2] z) <float[2] k_1 = {1,2}, "
                "int64[1] axes = {0}, int64[1] axes_1 = {0}> { [m] w_1 = Mul(x, k_1) "
                "[m_1] y = Mul(w_1, k_1) z_1 = Unsqueeze(x, axes) z_2 = Unsqueeze(w_1, axes_1) "
                "z = Concat<axis=0>(z_1, z_2) }");
}

TEST(InlineLoopTest, KeepsOtherLoops) {
  const std::string body =
      "<body = b (int64 i, bool d, float[2] v) => (bool d, float[2] w) { w = Exp(v) }> }";
  ExpectUntouched("inline_loop",
                  "g (float[2] x, int64 n) => (float[2] y) { y = Loop(n, , x) " + body);
  ExpectUntouched(
      "inline_loop",
      "g (float[2] x, bool c) => (float[2] y) <int64 n = {1}> { y = Loop(n, c, x) " + body);
  ExpectUntouched("inline_loop",
                  "g (float[2] x) => (float[2] y) <int64 n = {65}> { y = Loop(n, , x) " + body);
}

TEST(InlineLoopTest, KeepsStepsThatMayBreakOff) {
  ExpectUntouched("inline_loop",
                  "g (float[2] x, bool s) => (float[2] y) <int64 n = {2}> { y = Loop(n, , x) "
                  "<body = b (int64 i, bool d, float[2] v) => (bool k, float[2] w) "
                  "{ k = Not(s) w = Exp(v) }> }");
}

}  // namespace
}  // namespace mmdeploy::graph
