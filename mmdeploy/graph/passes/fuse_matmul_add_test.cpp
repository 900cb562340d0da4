#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(FuseMatmulAddTest, TwoDimensions) {
  ExpectRewrite("fuse_matmul_add",
                "g (float[N,2] x, float[2,3] w) => (float[N,3] y) <float[3] b = {1,2,3}> "
                "{ a = MatMul(x, w) y = Add(b, a) }",
                "g (float[N,2] x, float[2,3] w) => (float[N,3] y) <float[3] b = {1,2,3}> "
                "{ y = Gemm(x, w, b) }");
}

TEST(FuseMatmulAddTest, KeepsOtherRanksTypesAndBiases) {
  ExpectUntouched("fuse_matmul_add",
                  "g (float[N,4,2] x, float[2,3] w) => (float[N,4,3] y) <float[3] b = {1,2,3}> "
                  "{ a = MatMul(x, w) y = Add(a, b) }");
  ExpectUntouched("fuse_matmul_add",
                  "g (int32[N,2] x, int32[2,3] w) => (int32[N,3] y) <int32[3] b = {1,2,3}> "
                  "{ a = MatMul(x, w) y = Add(a, b) }");
  ExpectUntouched("fuse_matmul_add",
                  "g (float[1,2] x, float[2,3] w, float[M,3] b) => (float[M,3] y) "
                  "{ a = MatMul(x, w) y = Add(a, b) }");
  ExpectUntouched("fuse_matmul_add",
                  "g (float[N,2] x, float[2,3] w) => (float[N,3] y, float[N,3] a) "
                  "<float[3] b = {1,2,3}> { a = MatMul(x, w) y = Add(a, b) }");
}

}  // namespace
}  // namespace mmdeploy::graph
