#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeReshapesTest, OnlyTheLastShapeMatters) {
  ExpectRewrite("merge_reshapes",
                "g (float[8,3] x) => (float[4,6] y) <int64[2] s = {2,-1}, int64[2] t = {4,-1}> "
                "{ a = Reshape(x, s) y = Reshape(a, t) }",
                "g (float[8,3] x) => (float[4,6] y) <int64[2] t = {4,-1}> { y = Reshape(x, t) }");
  ExpectRewrite("merge_reshapes",
                "g (float[8,3] x) => (float[4,6] y) <int64[1] axes = {0}, int64[2] t = {4,-1}> "
                "{ a = Unsqueeze(x, axes) b = Flatten<axis=2>(a) y = Reshape(b, t) }",
                "g (float[8,3] x) => (float[4,6] y) <int64[2] t = {4,-1}> { y = Reshape(x, t) }");
}

TEST(MergeReshapesTest, ACopiedSizeOfAnUnchangedDimension) {
  ExpectRewrite("merge_reshapes",
                "g (float[N,8] x) => (float[N,2,4] y) <int64[3] s = {0,4,2}, int64[3] t = {0,2,4}> "
                "{ a = Reshape(x, s) y = Reshape(a, t) }",
                "g (float[N,8] x) => (float[N,2,4] y) <int64[3] t = {0,2,4}> "
                "{ y = Reshape(x, t) }");
}

TEST(MergeReshapesTest, RemovesPairs) {
  ExpectRewrite("merge_reshapes",
                "g (float[8,3] x) => (float[8,3] y) <int64[1] axes = {1}> "
                "{ a = Unsqueeze(x, axes) b = Squeeze(a, axes) y = Relu(b) }",
                "g (float[8,3] x) => (float[8,3] y) { y = Relu(x) }");
  ExpectUntouched("merge_reshapes",
                  "g (float[1,3] x) => (float[3,1] y) <int64[1] axes = {0}, int64[1] last = {1}> "
                  "{ a = Squeeze(x, axes) b = Unsqueeze(a, last) y = Relu(b) }");
}

TEST(MergeReshapesTest, KeepsACopyOfAChangedDimension) {
  ExpectUntouched("merge_reshapes",
                  "g (float[8,3] x) => (float[2,12] y) <int64[2] s = {2,-1}, int64[2] t = {0,-1}> "
                  "{ a = Reshape(x, s) y = Reshape(a, t) }");
}

TEST(MergeReshapesTest, KeepsAFirstWithOtherUsers) {
  ExpectUntouched("merge_reshapes",
                  "g (float[8,3] x) => (float[4,6] y, float[2,12] a) <int64[2] s = {2,-1}, "
                  "int64[2] t = {4,-1}> { a = Reshape(x, s) y = Reshape(a, t) }");
}

}  // namespace
}  // namespace mmdeploy::graph
