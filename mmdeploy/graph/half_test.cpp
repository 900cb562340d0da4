#include "mmdeploy/graph/half.h"

#include <gtest/gtest.h>

#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

std::unique_ptr<Model> Parse(const std::string& graph) {
  auto model = ParseText(R"(<ir_version: 8, opset_import: ["" : 13]> )" + graph);
  EXPECT_TRUE(model) << model.error().message();
  const auto inferred = InferTypes(model->get());
  EXPECT_TRUE(inferred) << inferred.error().message();
  return std::move(*model);
}

// What becomes of `before`, and how many nodes calculate in float16.
void ExpectHalf(const std::string& before, int64_t nodes, const std::string& after) {
  const auto model = Parse(before);
  const auto count = ConvertToHalf(model.get());
  ASSERT_TRUE(count) << count.error().message();
  EXPECT_EQ(*count, nodes);
  const std::string text = PrintText(*model);
  EXPECT_EQ(text.substr(text.find('\n') + 1), after);
}

TEST(Half, CastsAtTheBorders) {
  ExpectHalf(
      "g (float[2] x) => (float[2] y) <float[2] w = {1, 65504}> { a = Add(x, w) y = Relu(a) }", 2,
      R"(g (float[2] x) => (float[2] y)
<float16[2] w_1 = {1, 65504}> {
  x_1 = Cast <to: int = 10> (x)
  a = Add (x_1, w_1)
  y_2 = Relu (a)
  y = Cast <to: int = 1> (y_2)
}
)");
}

TEST(Half, CastsAroundOperatorsThatStayInFloat) {
  ExpectHalf("g (float[2] x, int64 k) => (float[2] y) { a = Relu(x) b = CumSum(a, k) y = Neg(b) }",
             2,
             R"(g (float[2] x, int64 k) => (float[2] y) {
  x_1 = Cast <to: int = 10> (x)
  a = Relu (x_1)
  a_1 = Cast <to: int = 1> (a)
  b = CumSum (a_1, k)
  b_1 = Cast <to: int = 10> (b)
  y_2 = Neg (b_1)
  y = Cast <to: int = 1> (y_2)
}
)");
}

TEST(Half, WhatDoesNotFitInto16BitsStaysInFloat) {
  for (const char* stays : {
           "<float[2] w = {1, 65505}> { y = Add(x, w) }",       // too large
           "<float[2] w = {-1e+30, 0}> { y = Mul(x, w) }",      //
           "<float w = {1e-12}> { y = Add(x, w) }",             // an epsilon
           "<float[2] w = {1e-05, -3e-05}> { y = Mul(x, w) }",  // a few bits would remain
           "{ y = LayerNormalization<epsilon=1e-12>(x, x) }",   //
           "{ y = Elu<alpha=1e+06>(x) }",                       //
           "<float w = {1e-12}> { y = Clip(x, w) }",            // a limit that would become 0
           "<float w = {-1e-12}> { y = Clip(x, \"\", w) }",     //
           "<float w = {3e-05}> { y = Clip(x, w) }",            // a few bits would remain
           "<float w = {1e+06}> { y = Clip(x, w) }",            // too large
           "<float w = {-1e+06}> { y = Clip(x, \"\", w) }",     //
       }) {
    SCOPED_TRACE(stays);
    const auto model = Parse(std::string("g (float[2] x) => (float[2] y) ") + stays);
    EXPECT_EQ(ConvertToHalf(model.get()).value(), 0);
  }
  for (const char* fits : {
           "<float[2] w = {1, 1e-12}> { y = Add(x, w) }",     // noise beside what counts
           "<float[2] w = {0, 0}> { y = Mul(x, w) }",         //
           "<float w = {-inf}> { y = Add(x, w) }",            //
           "<float w = {3.4e+38}> { y = Clip(x, \"\", w) }",  // no limit
           "<float w = {-3.4e+38}> { y = Clip(x, w) }",       //
           "<float w = {0}, float v = {6}> { y = Clip(x, w, v) }",
           "<float w = {inf}> { y = Clip(x, \"\", w) }",       //
           "{ y = LayerNormalization<epsilon=1e-05>(x, x) }",  //
       }) {
    SCOPED_TRACE(fits);
    const auto model = Parse(std::string("g (float[2] x) => (float[2] y) ") + fits);
    EXPECT_EQ(ConvertToHalf(model.get()).value(), 1);
  }
}

TEST(Half, ReadersOfAnEpsilonStayInFloat) {
  // Of torch.nn.functional.normalize: the Cast of a limit of 1e-12 would be 0, and 0 / 0 NaN.
  ExpectHalf(
      "g (float[2,3] x, int64[2] s) => (float[2,3] y) <float low = {1e-12}> "
      "{ n = ReduceL2<axes=[1]>(x) c = Clip(n, low) e = Expand(c, s) d = Div(x, e) y = Neg(d) }",
      2,
      R"(g (float[2,3] x, int64[2] s) => (float[2,3] y)
<float low = {1e-12}> {
  x_1 = Cast <to: int = 10> (x)
  n = ReduceL2 <axes: ints = [1]> (x_1)
  n_1 = Cast <to: int = 1> (n)
  c = Clip (n_1, low)
  e = Expand (c, s)
  d = Div (x, e)
  d_1 = Cast <to: int = 10> (d)
  y_2 = Neg (d_1)
  y = Cast <to: int = 1> (y_2)
}
)");
  for (const char* stays : {
           "<float w = {1e-12}> { a = Add(x, w) y = Sqrt(a) }",
           "<float w = {1e-12}> { a = Max(x, w) y = Log(a) }",
           "<float w = {1e-12}> { a = Clip(x, w) b = Identity(a) y = Reciprocal(b) }",
       }) {
    SCOPED_TRACE(stays);
    const auto model = Parse(std::string("g (float[2] x) => (float[2] y) ") + stays);
    EXPECT_EQ(ConvertToHalf(model.get()).value(), 0);
  }
}

TEST(Half, LeavesIntegersAlone) {
  ExpectHalf("g (int64[2] x) => (int64[2] y) { y = Neg(x) }", 0,
             "g (int64[2] x) => (int64[2] y) {\n  y = Neg (x)\n}\n");
}

}  // namespace
}  // namespace mmdeploy::graph
