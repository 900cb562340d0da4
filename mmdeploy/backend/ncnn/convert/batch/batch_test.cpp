#include <gmock/gmock.h>

#include "mmdeploy/backend/ncnn/convert/testing.h"

// Which graphs of an open batch are refused. That others are right is drawn in tests/differential.

namespace mmdeploy::ncnn_convert {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kRefused = "with an open batch";

TEST(NcnnBatchTest, WhatLooksAtEachImageAloneIsConverted) {
  for (const char* graph : {
           "g (float[N,4] x) => (float[N,4] y) { y = Softmax<axis = 1>(x) }",
           "g (float[N,4] x) => (float[N,1] y) { y = ReduceMean<axes = [1]>(x) }",
           "g (float[N,4,6] x) => (float[N,6,4] y) { y = Transpose<perm = [0, 2, 1]>(x) }",
           "g (float[N,4,6] x) => (float[N,24] y) <int64[2] s = {0, -1}> { y = Reshape(x, s) }",
           "g (float[N,4] x, float[N,4] z) => (float[N,4] y) { y = Add(x, z) }",
           // The images along another axis for a while.
           "g (float[N,4,6] x) => (float[N,4,6] y) { t = Transpose<perm = [1, 0, 2]>(x) s = "
           "Softmax<axis = 0>(t) y = Transpose<perm = [1, 0, 2]>(s) }",
           // Joined with heads, and taken apart again.
           "g (float[N,4,6] x) => (float[N,4,6] y) <int64[3] s = {-1, 2, 6}, int64[3] t = {-1, 4, "
           "6}> { r = Reshape(x, s) a = Softmax<axis = 2>(r) y = Reshape(a, t) }",
           // The number of images in a shape only.
           "g (float[N,4,6] x) => (float[N,24] y) <int64 z = {0}, int64[1] zero = {0}, int64[1] "
           "rest = {-1}> { s = Shape(x) n = Gather(s, z) u = Unsqueeze(n, zero) c = Concat<axis = "
           "0>(u, rest) y = Reshape(x, c) }",
       }) {
    EXPECT_THAT(Layers(graph), Not(HasSubstr(kRefused))) << graph;
  }
}

TEST(NcnnBatchTest, WhatMixesImagesIsRefused) {
  for (const char* graph : {
           "g (float[N,4] x) => (float[N,4] y) { y = Softmax<axis = 0>(x) }",
           "g (float[N,4] x) => (float[N,4] y) { m = ReduceMean<axes = [0]>(x) y = Sub(x, m) }",
           "g (float[N,4] x) => (float[N,4] y) <int64[1] i = {0}> { g = Gather(x, i) y = Sub(x, "
           "g) }",
           "g (float[N,4] x) => (float[N,4] y) { t = Transpose(x) g = MatMul(t, x) y = MatMul(x, "
           "g) }",
           "g (float[N,4] x) => (float[N,N] y) { t = Transpose(x) y = MatMul(x, t) }",
           "g (float[N,8] x) => (float[1,a] y) <int64[2] s = {1, -1}> { y = Reshape(x, s) }",
           "g (float[N,4] x) => (float[a,4] y) { y = Concat<axis = 0>(x, x) }",
           "g (float[N,4] x) => (float[N,4] y) <float[3,4] c = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "
           "12}> { y = Add(x, c) }",
           "g (float[N,4] x) => (float[a,4] y) <int64[2] r = {2, 1}> { y = Tile(x, r) }",
           "g (float[N,4] x) => (float[4,N] y) { y = Transpose(x) }",
           // The time of a sequence, which ncnn would take for the batch.
           "g (float[T,1,1] x) => (float[T,1,1,1] y) <float[1,4,1] w = {1, 2, 3, 4}, float[1,4,1] "
           "r = {5, 6, 7, 8}> { y = LSTM<hidden_size = 1>(x, w, r) }",
           // A mean by the number of images.
           "g (float[N,4] x) => (float[N,4] y) <int64 z = {0}> { s = Shape(x) n = Gather(s, z) f = "
           "Cast<to = 1>(n) y = Div(x, f) }",
           // The number of images elsewhere than at the images.
           "g (float[N,4] x) => (float[N,a] y) <int64[1] z = {0}, int64[1] o = {1}> { s = Shape(x) "
           "n = Gather(s, z) y = Slice(x, z, n, o) }",
           "g (float[N,4] x) => (float[N,a] y) <int64[1] z = {0}, int64[3] o = {0, 0, 0}> { s = "
           "Shape(x) n = Gather(s, z) p = Concat<axis = 0>(o, n) y = Pad(x, p) }",
           "g (float[N,4] x) => (float[N,a] y) <int64[1] z = {0}, int64[1] o = {1}> { s = Shape(x) "
           "n = Gather(s, z) r = Concat<axis = 0>(o, n) y = Tile(x, r) }",
           "g (float[N,1] x) => (float[N,N] y) <int64[1] z = {0}> { s = Shape(x) n = Gather(s, z) "
           "r = Concat<axis = 0>(n, n) y = Expand(x, r) }",
           "g (float[N,8,4] x) => (float[N,a,b] y) <int64[1] z = {0}, int64[1] o = {-1}> { s = "
           "Shape(x) n = Gather(s, z) r = Concat<axis = 0>(n, o, n) y = Reshape(x, r) }",
           "g (float[N,4] x) => (float[N,4] y) <int64 z = {0}, int64 o = {1}> { s = Shape(x) n = "
           "Gather(s, z) c = Equal(n, o) y = If(c) <then_branch = t () => (float[N,4] a) { a = "
           "Relu(x) }, else_branch = e () => (float[N,4] b) { b = Neg(x) }> }",
           // The same for all images: would come once for each.
           "g (float[N,4] x) => (float[N,4] y, float[1,4] z) <float[1,4] c = {1, 2, 3, 4}> { y = "
           "Relu(x) z = Identity(c) }",
           "g (float[N,4] x, float[1,4] z) => (float[N,4] y) { y = Add(x, z) }",
       }) {
    EXPECT_THAT(Layers(graph), HasSubstr(kRefused)) << graph;
  }
}

TEST(NcnnBatchTest, SaysWhereAndWhy) {
  EXPECT_THAT(Layers("g (float[N,4] x) => (float[N,4] y) { [n] y = Softmax<axis = 0>(x) }"),
              HasSubstr("node 'n' (Softmax): it works along axis 0 of 'x', that of the images"));
}

// A batch of 1 mixes nothing.
TEST(NcnnBatchTest, AFixedBatchIsNotLookedAt) {
  EXPECT_THAT(Layers("g (float[1,4] x) => (float[1,4] y) { m = ReduceMean<axes = [0]>(x) y = "
                     "Sub(x, m) }"),
              Not(HasSubstr(kRefused)));
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert
