#include "mmdeploy/graph/match.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

std::unique_ptr<Model> Parse(const std::string& graph) {
  auto model = ParseText("<ir_version: 8, opset_import: [\"\" : 13, \"mmdeploy\" : 1]> " + graph);
  EXPECT_TRUE(model) << model.error().message();
  return std::move(*model);
}

// The match whose root makes the first output of the graph.
std::optional<Match> MatchOutput(const Model& model, std::string_view pattern) {
  auto parsed = Pattern::Parse(pattern);
  EXPECT_TRUE(parsed) << parsed.error().message();
  return parsed->At(model.graph()->output(0)->producer());
}

std::string ParseError(std::string_view pattern) {
  auto parsed = Pattern::Parse(pattern);
  return parsed ? "" : parsed.error().message();
}

TEST(PatternTest, BindsNamesOfValuesAndCalls) {
  const auto model =
      Parse("g (float[4] in) => (float[4] out) { s = Sigmoid(in) out = Mul(in, s) }");
  const auto match = MatchOutput(*model, "s = Sigmoid(x)  y = Mul(x, s)");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["x"]->name(), "in");
  EXPECT_EQ((*match)["s"]->name(), "s");
  EXPECT_EQ(match->node("s")->op(), "Sigmoid");
  EXPECT_EQ(match->root()->op(), "Mul");
  EXPECT_EQ(match->nodes().size(), 2U);
  EXPECT_EQ((*match)["unknown"], nullptr);
}

TEST(PatternTest, OneNameIsOneValue) {
  const auto model =
      Parse("g (float[4] a, float[4] b) => (float[4] out) { s = Sigmoid(a) out = Mul(b, s) }");
  EXPECT_FALSE(MatchOutput(*model, "y = Mul(x, Sigmoid(x))"));
  EXPECT_TRUE(MatchOutput(*model, "y = Mul(z, Sigmoid(x))"));
}

TEST(PatternTest, OperandsOfCommutativeOperatorsMatchInBothOrders) {
  const auto swapped =
      Parse("g (float[4] a) => (float[4] out) <float c = {3}> { s = Exp(a) out = Add(c, s) }");
  EXPECT_TRUE(MatchOutput(*swapped, "y = Add(Exp(x), 3)"));
  const auto minus =
      Parse("g (float[4] a) => (float[4] out) <float c = {3}> { s = Exp(a) out = Sub(c, s) }");
  EXPECT_FALSE(MatchOutput(*minus, "y = Sub(Exp(x), 3)"));
}

TEST(PatternTest, TriesBothOrdersInsideOfEachOther) {
  const auto model = Parse(
      "g (float[4] a) => (float[4] out) <float h = {0.5}> "
      "{ e = Exp(a) m = Mul(h, e) out = Mul(m, a) }");
  EXPECT_TRUE(MatchOutput(*model, "y = Mul(x, Mul(Exp(x), 0.5))"));
}

TEST(PatternTest, ComparesConstants) {
  const auto model = Parse(
      "g (float[N] a) => (float[N] out) <float c = {0.16666667}, int64[2] shape = {0, -1}> "
      "{ m = Mul(a, c) out = Reshape(m, shape) }");
  EXPECT_TRUE(MatchOutput(*model, "y = Reshape(Mul(x, 0.1666666667), [0, -1])"));
  EXPECT_FALSE(MatchOutput(*model, "y = Reshape(Mul(x, 0.1666), [0, -1])"));
  EXPECT_FALSE(MatchOutput(*model, "y = Reshape(Mul(x, 0.1666666667), [0])"));
  const auto match = MatchOutput(*model, "y = Reshape(_, const shape)");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["shape"]->name(), "shape");
  EXPECT_FALSE(MatchOutput(*model, "y = Reshape(const x, _)"));
}

TEST(PatternTest, ComparesAttributes) {
  const auto model = Parse(
      "g (float[2,3] a) => (float[3,2] out) "
      "{ s = Softmax<axis = 1>(a) out = Transpose<perm = [1, 0]>(s) }");
  EXPECT_TRUE(MatchOutput(*model, "y = Transpose<perm=[1,0]>(Softmax<axis=1>(x))"));
  EXPECT_FALSE(MatchOutput(*model, "y = Transpose<perm=[0,1]>(_)"));
  EXPECT_FALSE(MatchOutput(*model, "y = Transpose(Softmax<axis=-1>(x))"));
  EXPECT_FALSE(MatchOutput(*model, "y = Transpose(Softmax<other=1>(x))"));
  EXPECT_TRUE(MatchOutput(*model, "y = Transpose(Softmax<other=1?>(x))"));
}

TEST(PatternTest, CountsInputs) {
  const auto model =
      Parse("g (float[4] a, float lo, float hi) => (float[4] out) { out = Clip(a, lo, hi) }");
  EXPECT_FALSE(MatchOutput(*model, "y = Clip(x)"));
  EXPECT_TRUE(MatchOutput(*model, "y = Clip(x, ...)"));
  EXPECT_TRUE(MatchOutput(*model, "y = Clip(x, lo?, hi?)"));
  const auto shorter = Parse("g (float[4] a, float hi) => (float[4] out) { out = Clip(a, , hi) }");
  const auto match = MatchOutput(*shorter, "y = Clip(x, lo?, hi?)");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["lo"], nullptr);
  EXPECT_EQ((*match)["hi"]->name(), "hi");
  EXPECT_FALSE(MatchOutput(*shorter, "y = Clip(x, lo, hi)"));
}

TEST(PatternTest, PassesOverOptionalCalls) {
  const std::string_view pattern = "c = Cast?(x)  y = Relu(c)";
  const auto with = Parse("g (int32[4] a) => (float[4] out) { c = Cast<to = 1>(a) out = Relu(c) }");
  const auto match = MatchOutput(*with, pattern);
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["x"]->name(), "a");
  const auto without = Parse("g (float[4] a) => (float[4] out) { out = Relu(a) }");
  const auto passed = MatchOutput(*without, pattern);
  ASSERT_TRUE(passed);
  EXPECT_EQ(passed->node("c"), nullptr);
  EXPECT_EQ((*passed)["c"]->name(), "a");
}

TEST(PatternTest, WhatOnlyAPassedOverCallReadsNeedNotExist) {
  const auto model = Parse("g (float[4] a) => (float[4] out) { out = Relu(a) }");
  EXPECT_TRUE(MatchOutput(*model, "y = Relu(Add?(x, Shape(x)))"));
}

TEST(PatternTest, AlternativesAndDomains) {
  const auto model =
      Parse("g (float[4] a) => (float[4] out) { n = mmdeploy.NMSRotated(a) out = Sub(n, a) }");
  EXPECT_TRUE(MatchOutput(*model, "y = Add|Sub(mmdeploy::NMSRotated(x), x)"));
  EXPECT_FALSE(MatchOutput(*model, "y = Add|Mul(mmdeploy::NMSRotated(x), x)"));
  EXPECT_FALSE(MatchOutput(*model, "y = Sub(NMSRotated(x), x)"));
}

TEST(PatternTest, InnerValuesHaveNoOtherUsers) {
  const std::string_view pattern = "s = Sigmoid(x)  y = Mul(x, s)";
  const auto shared = Parse(
      "g (float[4] a) => (float[4] out, float[4] other) "
      "{ s = Sigmoid(a) out = Mul(a, s) other = Neg(s) }");
  EXPECT_FALSE(MatchOutput(*shared, pattern));
  EXPECT_TRUE(MatchOutput(*shared, "shared s = Sigmoid(x)  y = Mul(x, s)"));
  const auto output =
      Parse("g (float[4] a) => (float[4] out, float[4] s) { s = Sigmoid(a) out = Mul(a, s) }");
  EXPECT_FALSE(MatchOutput(*output, pattern));
  const auto captured = Parse(
      "g (float[4] a, bool c) => (float[4] out, float[4] b) { s = Sigmoid(a) out = Mul(a, s) "
      "b = If (c) <then_branch = t () => (float[4] u) { u = Neg(s) }, "
      "else_branch = e () => (float[4] v) { v = Neg(a) }> }");
  EXPECT_FALSE(MatchOutput(*captured, pattern));
}

TEST(PatternTest, SeveralOutputs) {
  const auto model =
      Parse("g (float[4] a) => (float[2] out) { p, q = Split<axis = 0>(a) out = Mul(p, q) }");
  EXPECT_TRUE(MatchOutput(*model, "p, q = Split(x)  y = Mul(p, q)"));
  EXPECT_FALSE(MatchOutput(*model, "p, q = Split(x)  y = Mul(p, p)"));
  // The second output is used, but the pattern does not know it.
  EXPECT_FALSE(MatchOutput(*model, "y = Mul(Split(x), z)"));
}

TEST(PatternTest, FindsFurtherResultsAmongTheUsers) {
  const auto model = Parse(
      "g (float[2,4] a) => (float[4] out, float[4] second) <int64 zero = {0}, int64 one = {1}> "
      "{ s = Relu(a) out = Gather(s, zero) second = Gather(s, one) }");
  const auto match = MatchOutput(*model, "s = Relu(x)  b = Gather(s, 1)  a = Gather(s, 0)");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["b"]->name(), "second");
  EXPECT_FALSE(MatchOutput(*model, "s = Relu(x)  b = Gather(s, 2)  a = Gather(s, 0)"));
}

// Groups that converters to engines look for.
TEST(PatternTest, ShuffleChannelWithSplit) {
  const auto model = Parse(
      "g (float[1,4,2,2] x) => (float[1,2,2,2] out, float[1,2,2,2] second) "
      "<int64[5] s = {1,2,2,2,2}, int64[4] t = {2,2,2,2}, int64 zero = {0}, int64 one = {1}> "
      "{ a = Reshape(x, s) b = Transpose<perm = [0,2,1,3,4]>(a) c = Reshape(b, t) "
      "out = Gather<axis = 0>(c, zero) second = Gather<axis = 0>(c, one) }");
  const auto match = MatchOutput(*model, R"(
    r = Reshape(Transpose<perm=[0,2,1,3,4]>(Reshape(x, const split)), const joined)
    second = Gather<axis=0?>(r, 1)
    first = Gather<axis=0?>(r, 0)
  )");
  ASSERT_TRUE(match);
  EXPECT_EQ((*match)["split"]->name(), "s");
  EXPECT_EQ((*match)["second"]->name(), "second");
  EXPECT_EQ(match->nodes().size(), 5U);
}

TEST(PatternTest, PackedAttention) {
  const auto model = Parse(R"(
    g (float[7,1,8] x, float[8,24] w, float[24] b, float[8,8] v, float[8] c) => (float[7,1,8] out)
    <int64[3] heads = {7,2,4}, int64[3] joined = {7,1,8}, float scale = {0.5}, int64[1] zero = {0},
     int64[3] parts = {8,8,8}> {
      m = MatMul(x, w) p = Add(m, b) q, k, u = Split<axis = 2>(p, parts)
      q1 = Mul(q, scale) q2 = Reshape(q1, heads) q3 = Transpose<perm = [1,0,2]>(q2)
      k2 = Reshape(k, heads) k3 = Transpose<perm = [1,2,0]>(k2)
      u2 = Reshape(u, heads) u3 = Transpose<perm = [1,0,2]>(u2)
      s = MatMul(q3, k3) a = Softmax<axis = 2>(s) y = MatMul(a, u3)
      y2 = Transpose<perm = [1,0,2]>(y) y3 = Reshape(y2, joined) z = MatMul(y3, v) out = Add(z, c)
    })");
  const auto match = MatchOutput(*model, R"(
    q, k, v = Split<axis=2>(Add(MatMul(x, weights), bias), ...)
    query = Transpose<perm=[1,0,2]>(Reshape(Mul(q, const scale), const heads))
    key = Transpose<perm=[1,2,0]>(Reshape(k, const heads))
    value = Transpose<perm=[1,0,2]>(Reshape(v, const heads))
    attended = MatMul(Softmax<axis=2>(MatMul(query, key)), value)
    joined = Reshape(Transpose<perm=[1,0,2]>(attended), const joined_shape)
    out = Add(MatMul(joined, out_weights), out_bias)
  )");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->nodes().size(), 17U);
  EXPECT_EQ((*match)["bias"]->name(), "b");
  EXPECT_EQ((*match)["out_bias"]->name(), "c");
  EXPECT_EQ((*match)["x"]->name(), "x");
}

TEST(PatternTest, ErrorsNameThePlace) {
  EXPECT_EQ(ParseError(""),
            "pattern, line 1, column 1: expected a call, e.g. 'y = Relu(x)', found the end");
  EXPECT_EQ(ParseError("y = Relu(x"), "pattern, line 1, column 11: expected ')', found the end");
  EXPECT_EQ(ParseError("y = Relu(x)\nz Relu(y)"),
            "pattern, line 2, column 3: expected '=', found 'Relu(y)'");
  EXPECT_EQ(ParseError("y = Softmax<axis=x>(x)"),
            "pattern, line 1, column 18: expected a number, found 'x>(x)'");
  EXPECT_EQ(ParseError("y = Cast?()"),
            "pattern, line 1, column 12: expected an input of the optional call, found the end");
}

TEST(RewriteTest, ReplacesUntilNothingMatches) {
  const auto model = Parse(
      "g (float[4] a) => (float[4] out) { b = Neg(a) c = Neg(b) d = Neg(c) e = Neg(d) f = Neg(e) "
      "out = Relu(f) }");
  const auto changes = Rewrite(model.get(), {{"y = Neg(Neg(x))", [](const Match& match) {
                                                Replace(match, match["x"]);
                                                return true;
                                              }}});
  ASSERT_TRUE(changes) << changes.error().message();
  EXPECT_EQ(*changes, 2);
  EXPECT_EQ(CountNodes(*model->graph()), 2U);
}

TEST(RewriteTest, VisitsInnerGraphsAndKeepsWhatTheRuleRefuses) {
  const auto model = Parse(
      "g (float[4] a, bool c) => (float[4] b) { "
      "b = If (c) <then_branch = t () => (float[4] u) { m = Neg(a) u = Neg(m) }, "
      "else_branch = e () => (float[4] v) { v = Neg(a) }> }");
  int visits = 0;
  const auto refused = Rewrite(model.get(), {{"y = Neg(Neg(x))", [&](const Match&) {
                                                ++visits;
                                                return false;
                                              }}});
  EXPECT_EQ(refused.value(), 0);
  EXPECT_EQ(visits, 1);
}

TEST(RewriteTest, ReportsABadPattern) {
  Model model;
  const auto result = Rewrite(&model, {{"y = ", nullptr}});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), testing::HasSubstr("expected a name, found the end"));
}

}  // namespace
}  // namespace mmdeploy::graph
