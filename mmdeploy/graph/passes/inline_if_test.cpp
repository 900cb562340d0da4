#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(InlineIfTest, TakesTheBranchWithItsConstants) {
  ExpectRewrite("inline_if",
                "g (float[2] x) => (float[2] y) <bool c = {1}> { n = Neg(x) r = If (c) <"
                "then_branch = t () => (float[2] u) <float[2] w = {1,2}> { u = Mul(n, w) }, "
                "else_branch = e () => (float[2] v) { v = Exp(x) }> y = Relu(r) }",
                "g (float[2] x) => (float[2] y) <float[2] w_1 = {1,2}> "
                "{ n = Neg(x) u = Mul(n, w_1) y = Relu(u) }");
}

TEST(InlineIfTest, TakesTheElseBranchThatGivesAnOuterValue) {
  ExpectRewrite("inline_if",
                "g (float[2] x) => (float[2] y) <bool c = {0}> { n = Neg(x) r = If (c) <"
                "then_branch = t () => (float[2] u) { u = Exp(n) }, "
                "else_branch = e () => (float[2] n) { }> y = Relu(r) }",
                "g (float[2] x) => (float[2] y) { n = Neg(x) y = Relu(n) }");
}

TEST(InlineIfTest, NamesOfNodesStayUnique) {
  ExpectRewrite("inline_if",
                "g (float[2] x) => (float[2] y) <bool c = {1}> { [first] n = Neg(x) r = If (c) <"
                "then_branch = t () => (float[2] u) { [first] u = Exp(n) }, "
                "else_branch = e () => (float[2] v) { v = Exp(x) }> y = Relu(r) }",
                "g (float[2] x) => (float[2] y) { [first] n = Neg(x) [first_1] u = Exp(n) "
                "y = Relu(u) }");
}

TEST(InlineIfTest, KeepsAComputedCondition) {
  ExpectUntouched("inline_if",
                  "g (float[2] x, bool c) => (float[2] y) { y = If (c) <"
                  "then_branch = t () => (float[2] u) { u = Neg(x) }, "
                  "else_branch = e () => (float[2] v) { v = Exp(x) }> }");
}

}  // namespace
}  // namespace mmdeploy::graph
