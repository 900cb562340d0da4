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

TEST(InlineLoopTest, KeepsOtherLoops) {
  const std::string body =
      "<body = b (int64 i, bool d, float[2] v) => (bool d, float[2] w) { w = Exp(v) }> }";
  ExpectUntouched("inline_loop",
                  "g (float[2] x, int64 n) => (float[2] y) { y = Loop(n, , x) " + body);
  ExpectUntouched("inline_loop",
                  "g (float[2] x, bool c) => (float[2] y) <int64 n = {1}> "
                  "{ y = Loop(n, c, x) " +
                      body);
  ExpectUntouched("inline_loop",
                  "g (float[2] x) => (float[2] y) <int64 n = {2}> { y = Loop(n, , x) " + body);
}

}  // namespace
}  // namespace mmdeploy::graph
