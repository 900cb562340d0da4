#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kPass[] = "common_subexpression_elimination";

TEST(CommonSubexpressionEliminationTest, ComputesOnce) {
  ExpectRewrite(kPass,
                "g (float[4] x) => (float[1,4] y) <int64[1] p = {0}, int64[1] q = {0}> "
                "{ a = Unsqueeze(x, p) b = Unsqueeze(x, q) y = Add(a, b) }",
                "g (float[4] x) => (float[1,4] y) <int64[1] p = {0}> "
                "{ a = Unsqueeze(x, p) y = Add(a, a) }");
}

TEST(CommonSubexpressionEliminationTest, ComparesAttributesInAnyOrder) {
  ExpectRewrite(kPass,
                "g (float[4] x) => (float[4] y) { a = HardSigmoid<alpha=0.1,beta=0.2>(x) "
                "b = HardSigmoid<beta=0.2,alpha=0.1>(x) y = Add(a, b) }",
                "g (float[4] x) => (float[4] y) { a = HardSigmoid<alpha=0.1,beta=0.2>(x) "
                "y = Add(a, a) }");
  ExpectUntouched(kPass,
                  "g (float[4] x) => (float[4] y) { a = HardSigmoid<alpha=0.1>(x) "
                  "b = HardSigmoid<alpha=0.2>(x) y = Add(a, b) }");
}

TEST(CommonSubexpressionEliminationTest, KeepsConstantsOfOtherTypeShapeOrContent) {
  ExpectUntouched(kPass,
                  "g (float[2] x) => (float[1,2] y) <float[2] a = {1,2}, float[1,2] b = {1,2}, "
                  "float[2] c = {1,3}> { d = Add(x, a) e = Add(d, c) y = Add(e, b) }");
}

TEST(CommonSubexpressionEliminationTest, InnerGraphsUseTheOuterValue) {
  ExpectRewrite(kPass,
                "g (float[4] x, bool c) => (float[4] y, float[4] z) { z = Neg(x) y = If (c) <"
                "then_branch = t () => (float[4] u) { m = Neg(x) u = Exp(m) }, "
                "else_branch = e () => (float[4] v) { v = Exp(x) }> }",
                "g (float[4] x, bool c) => (float[4] y, float[4] z) { z = Neg(x) y = If (c) <"
                "then_branch = t () => (float[4] u) { u = Exp(z) }, "
                "else_branch = e () => (float[4] v) { v = Exp(x) }> }");
}

TEST(CommonSubexpressionEliminationTest, KeepsBranchesApart) {
  ExpectUntouched(kPass,
                  "g (float[4] x, bool c) => (float[4] y) { y = If (c) <"
                  "then_branch = t () => (float[4] u) { m = Neg(x) u = Exp(m) }, "
                  "else_branch = e () => (float[4] v) { n = Neg(x) v = Abs(n) }> }");
}

TEST(CommonSubexpressionEliminationTest, KeepsWhatMayDiffer) {
  ExpectUntouched(kPass,
                  "g (float[4] x) => (float[4] y) { a = RandomNormalLike(x) "
                  "b = RandomNormalLike(x) y = Sub(a, b) }");
  ExpectUntouched(kPass,
                  "g (float[4] x) => (float[4] y) { a = mmdeploy.Noise(x) b = mmdeploy.Noise(x) "
                  "y = Sub(a, b) }");
}

TEST(CommonSubexpressionEliminationTest, KeepsEqualOutputsApart) {
  ExpectUntouched(kPass, "g (float[4] x) => (float[4] y, float[4] z) { y = Neg(x) z = Neg(x) }");
}

}  // namespace
}  // namespace mmdeploy::graph
