#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeTransposesTest, ComposesTheOrders) {
  ExpectRewrite("merge_transposes",
                "g (float[2,3,4] x) => (float[4,2,3] y) { a = Transpose<perm=[0,2,1]>(x) "
                "y = Transpose<perm=[1,0,2]>(a) }",
                "g (float[2,3,4] x) => (float[4,2,3] y) { y = Transpose<perm=[2,0,1]>(x) }");
}

TEST(MergeTransposesTest, ThereAndBack) {
  ExpectRewrite("merge_transposes",
                "g (float[2,3,4] x) => (float[2,3,4] y) { a = Transpose<perm=[2,0,1]>(x) "
                "b = Transpose<perm=[1,2,0]>(a) y = Relu(b) }",
                "g (float[2,3,4] x) => (float[2,3,4] y) { b = Transpose<perm=[0,1,2]>(x) "
                "y = Relu(b) }");
}

TEST(MergeTransposesTest, KeepsTheDefaultOrder) {
  ExpectUntouched("merge_transposes",
                  "g (float[2,3] x) => (float[2,3] y) { a = Transpose(x) y = Transpose(a) }");
}

}  // namespace
}  // namespace mmdeploy::graph
