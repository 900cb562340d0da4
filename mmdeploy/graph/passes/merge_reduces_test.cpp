#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeReducesTest, JoinsAxes) {
  ExpectRewrite("merge_reduces",
                "g (float[2,3,4,5] x) => (float[2,3,1,1] y) { a = ReduceMax<axes=[-1]>(x) "
                "y = ReduceMax<axes=[2]>(a) }",
                "g (float[2,3,4,5] x) => (float[2,3,1,1] y) { y = ReduceMax<axes=[2,3]>(x) }");
  ExpectRewrite("merge_reduces",
                "g (float[2,3,4,5] x) => (float[2,3] y) { a = ReduceMean<axes=[2], keepdims=0>(x) "
                "y = ReduceMean<axes=[2], keepdims=0>(a) }",
                "g (float[2,3,4,5] x) => (float[2,3] y) "
                "{ y = ReduceMean<axes=[2,3], keepdims=0>(x) }");
}

TEST(MergeReducesTest, OfIntegersAllButMeans) {
  // 0, 3 and 2, 3 have the means 1 and 2 in integers, so 1, where all four have 2.
  for (const char* type : {"int32", "int64", "uint8"}) {
    ExpectUntouched("merge_reduces", std::string("g (") + type + "[2,2] x) => (" + type +
                                         "[1,1] y) { a = ReduceMean<axes=[1]>(x) "
                                         "y = ReduceMean<axes=[0]>(a) }");
  }
  ExpectRewrite("merge_reduces",
                "g (int32[2,2] x) => (int32[1,1] y) "
                "{ a = ReduceProd<axes=[1]>(x) y = ReduceProd<axes=[0]>(a) }",
                "g (int32[2,2] x) => (int32[1,1] y) { y = ReduceProd<axes=[0,1]>(x) }");
}

TEST(MergeReducesTest, KeepsOthers) {
  ExpectUntouched("merge_reduces",
                  "g (float[2,3,4] x) => (float[2,1] y) { a = ReduceMax<axes=[2], keepdims=0>(x) "
                  "y = ReduceMax<axes=[1]>(a) }");
  ExpectUntouched("merge_reduces",
                  "g (float[2,3,4] x) => (float[2,1,1] y) { a = ReduceMax<axes=[2]>(x) "
                  "y = ReduceMin<axes=[1]>(a) }");
}

}  // namespace
}  // namespace mmdeploy::graph
