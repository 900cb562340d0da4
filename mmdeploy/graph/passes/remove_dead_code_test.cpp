#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(RemoveDeadCodeTest, RemovesWhatNoOutputNeeds) {
  ExpectRewrite("remove_dead_code",
                "g (float[4] x) => (float[4] y) { y = Relu(x) a = Neg(x) b = Exp(a) }",
                "g (float[4] x) => (float[4] y) { y = Relu(x) }");
}

TEST(RemoveDeadCodeTest, LooksIntoInnerGraphs) {
  ExpectRewrite("remove_dead_code",
                "g (float[4] x, bool c) => (float[4] y) { y = If (c) <"
                "then_branch = t () => (float[4] u) { u = Neg(x) dead = Exp(x) }, "
                "else_branch = e () => (float[4] v) { v = Exp(x) }> }",
                "g (float[4] x, bool c) => (float[4] y) { y = If (c) <"
                "then_branch = t () => (float[4] u) { u = Neg(x) }, "
                "else_branch = e () => (float[4] v) { v = Exp(x) }> }");
}

TEST(RemoveDeadCodeTest, KeepsWhatInnerGraphsRead) {
  ExpectUntouched("remove_dead_code",
                  "g (float[4] x, bool c) => (float[4] y) { n = Neg(x) y = If (c) <"
                  "then_branch = t () => (float[4] u) { u = Exp(n) }, "
                  "else_branch = e () => (float[4] v) { v = Exp(x) }> }");
}

}  // namespace
}  // namespace mmdeploy::graph
