#include <gtest/gtest.h>

#include "mmdeploy/graph/passes/run_pass.h"

namespace mmdeploy::graph {
namespace {

TEST(MergeShapesTest, GathersNeighboursAtOnce) {
  // new_zeros(x.shape[-2:])
  ExpectRewrite("merge_shapes",
                "g (float[A,B,C,D] x) => (float[C,D] y) <int64 two = {2}, int64 three = {3}, "
                "int64[1] axes = {0}> { s = Shape(x) h = Gather(s, two) h1 = Unsqueeze(h, axes) "
                "s2 = Shape(x) w = Gather(s2, three) w1 = Unsqueeze(w, axes) "
                "c = Concat<axis=0>(h1, w1) y = ConstantOfShape(c) }",
                "g (float[A,B,C,D] x) => (float[C,D] y) <int64[2] c_1 = {2,3}> "
                "{ s = Shape(x) c_2 = Gather(s, c_1) y = ConstantOfShape(c_2) }");
}

TEST(MergeShapesTest, OlderUnsqueeze) {
  ExpectRewrite("merge_shapes",
                "g (float[A,B] x) => (float[B] y) <int64 one = {1}> { s = Shape(x) "
                "h = Gather(s, one) h1 = Unsqueeze<axes=[0]>(h) y = ConstantOfShape(h1) }",
                "g (float[A,B] x) => (float[B] y) <int64[1] h1_1 = {1}> { s = Shape(x) "
                "h1_2 = Gather(s, h1_1) y = ConstantOfShape(h1_2) }",
                11);
}

TEST(MergeShapesTest, KeepsConstantsBetween) {
  ExpectRewrite("merge_shapes",
                "g (float[A,B] x) => (float[A,7,B] y) <int64 zero = {0}, int64 one = {1}, "
                "int64[1] axes = {0}, int64[1] seven = {7}> { s = Shape(x) a = Gather(s, zero) "
                "a1 = Unsqueeze(a, axes) b = Gather(s, one) b1 = Unsqueeze(b, axes) "
                "c = Concat<axis=0>(a1, seven, b1) y = ConstantOfShape(c) }",
                "g (float[A,B] x) => (float[A,7,B] y) <int64[1] seven = {7}, int64[1] a1_1 = {0}, "
                "int64[1] b1_1 = {1}> { s = Shape(x) a1_2 = Gather(s, a1_1) b1_2 = Gather(s, b1_1) "
                "c = Concat<axis=0>(a1_2, seven, b1_2) y = ConstantOfShape(c) }");
}

TEST(MergeShapesTest, TakesEqualSizesFromTheFirst) {
  ExpectRewrite("merge_shapes",
                "g (float[A,B] x) => (float[A,B] y, float[A,B] z) { s = Shape(x) r = Relu(x) "
                "t = Shape(r) y = ConstantOfShape(s) u = Neg(r) z = Expand(u, t) }",
                "g (float[A,B] x) => (float[A,B] y, float[A,B] z) { s = Shape(x) r = Relu(x) "
                "y = ConstantOfShape(s) u = Neg(r) z = Expand(u, s) }");
}

TEST(MergeShapesTest, KeepsWhatOthersUse) {
  // Every step has another user: a Gather more would be a node more.
  ExpectUntouched("merge_shapes",
                  "g (float[A,B] x) => (float[B,A] y, int64[1] p, int64[1] q) <int64[1] one = {1}, "
                  "int64[1] zero = {0}> { s = Shape(x) p = Gather(s, one) q = Gather(s, zero) "
                  "c = Concat<axis=0>(p, q) y = ConstantOfShape(c) }");
}

TEST(MergeShapesTest, WhatMakesAShapeStays) {
  // Relu is used for nothing else, but its Shape is needed either way.
  ExpectUntouched("merge_shapes",
                  "g (float[A,B] x) => (float[?,?] y) <int64[1] zero = {0}, int64[1] k = {7}> "
                  "{ r = Relu(x) s = Shape(r) n = Gather(s, zero) t = Concat<axis=0>(n, k) "
                  "y = ConstantOfShape(t) }");
  ExpectUntouched("merge_shapes",
                  "g (float[A,B] x) => (float[?,?] y) <int64[1] zero = {0}, int64[1] k = {7}> "
                  "{ a = Neg(x) b = Exp(a) r = Relu(b) s = Shape(r) n = Gather(s, zero) "
                  "t = Concat<axis=0>(k, n) y = ConstantOfShape(t) }");
}

TEST(MergeShapesTest, KeepsUnknownSizes) {
  ExpectUntouched("merge_shapes",
                  "g (float[?,?] x, float[?,?] z) => (float[?,?] y, float[?,?] w) "
                  "{ s = Shape(x) t = Shape(z) y = ConstantOfShape(s) w = ConstantOfShape(t) }");
}

}  // namespace
}  // namespace mmdeploy::graph
