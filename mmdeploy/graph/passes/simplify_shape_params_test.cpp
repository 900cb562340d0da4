#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

constexpr char kBatch[] = "s = Shape(x) n = Gather(s, zero) t = Concat<axis=0>(n, rest) ";

TEST(SimplifyShapeParamsTest, InfersTheOneUnknownSize) {
  ExpectRewrite(
      "simplify_shape_params",
      "g (float[N,4,2] x) => (float[N,8] y) <int64[1] zero = {0}, int64[1] rest = {8}> {" +
          std::string(kBatch) + "y = Reshape(x, t) }",
      "g (float[N,4,2] x) => (float[N,8] y) <int64[2] t_1 = {-1,8}> "
      "{ y = Reshape(x, t_1) }");
}

TEST(SimplifyShapeParamsTest, CopiesBesideMinusOne) {
  ExpectRewrite("simplify_shape_params",
                "g (float[N,4,M] x) => (float[?,?] y) <int64[1] zero = {0}, int64[1] rest = {-1}> "
                "{" +
                    std::string(kBatch) + "y = Reshape(x, t) }",
                "g (float[N,4,M] x) => (float[?,?] y) <int64[2] t_1 = {0,-1}> "
                "{ y = Reshape(x, t_1) }");
}

TEST(SimplifyShapeParamsTest, ExpandsByOneWhatStays) {
  ExpectRewrite("simplify_shape_params",
                "g (float[N,1] x) => (float[N,8] y) <int64[1] zero = {0}, int64[1] rest = {8}> {" +
                    std::string(kBatch) + "y = Expand(x, t) }",
                "g (float[N,1] x) => (float[N,8] y) <int64[2] t_1 = {1,8}> "
                "{ y = Expand(x, t_1) }");
}

TEST(SimplifyShapeParamsTest, KeepsTwoUnknownSizes) {
  // {0,-1} would fail where N is 0.
  ExpectUntouched("simplify_shape_params",
                  "g (float[N,4,M] x, float[K] z) => (float[?,?] y) <int64[1] zero = {0}> "
                  "{ s = Shape(x) n = Gather(s, zero) k = Shape(z) t = Concat<axis=0>(n, k) "
                  "y = Reshape(x, t) }");
}

TEST(SimplifyShapeParamsTest, KeepsTheSizeOfAnotherValue) {
  ExpectUntouched("simplify_shape_params",
                  "g (float[1,4] x, float[K] z) => (float[?,4] y) <int64[1] rest = {4}> "
                  "{ s = Shape(z) t = Concat<axis=0>(s, rest) y = Expand(x, t) }");
}

}  // namespace
}  // namespace mmdeploy::graph
