// Tests of what is shown of a graph: counts, differences, pictures.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/graph/diff.h"
#include "mmdeploy/graph/stats.h"
#include "mmdeploy/graph/svg.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<Model> Parse(std::string_view text) {
  auto model = ParseText(text);
  EXPECT_TRUE(model) << model.error().message();
  return std::move(*model);
}

constexpr char kNet[] = R"(g (float[1,2,4,4] x) => (float[1,3] y)
<float[3,2,1,1] w = {1, 2, 3, 4, 5, 6}, float[3,3] m = {1, 2, 3, 4, 5, 6, 7, 8, 9}, float k = {2},
 float[1,3,4,4] a, float[1,3,4,4] b, float[1,3,1,1] p, float[1,3] f, float[1,3] y> {
  [conv] a = Conv (x, w)
  b = Relu (a)
  p = GlobalAveragePool (b)
  f = Flatten (p)
  y = Gemm (f, m)
})";

TEST(Stats, CountsWhatIsKnown) {
  auto model = Parse(kNet);
  const Stats stats = ComputeStats(*model);
  EXPECT_EQ(stats.parameters, 6 + 9);
  EXPECT_EQ(stats.weight_bytes, 4 * 16);
  EXPECT_EQ(*stats.nodes[0].macs, 48 * 2);
  EXPECT_EQ(*stats.nodes[1].macs, 48);
  EXPECT_EQ(*stats.nodes[2].macs, 48);
  EXPECT_EQ(*stats.nodes[3].macs, 0);
  EXPECT_EQ(*stats.nodes[4].macs, 9);
  EXPECT_EQ(stats.macs, 96 + 48 + 48 + 9);
  EXPECT_EQ(*stats.peak_bytes, 4 * (48 + 48));
  EXPECT_THAT(ToText(stats), HasSubstr("nodes        5\nparameters   15 (64B)\nMACs         201"));
  EXPECT_THAT(NodeTable(stats), HasSubstr("a float32[1,3,4,4]"));
  EXPECT_EQ(ToJson(stats)["nodes"][0]["operator"], "Conv");
}

TEST(Stats, SaysWhatIsUnknown) {
  auto model = Parse("g (float[N,4] x) => (float[N,4] y) { y = Relu (x) }");
  const Stats stats = ComputeStats(*model);
  EXPECT_EQ(stats.nodes_without_macs, 1);
  EXPECT_FALSE(stats.peak_bytes);
  EXPECT_THAT(ToText(stats), HasSubstr("without 1 nodes of unknown shape"));
  EXPECT_TRUE(BindInputShape(model.get(), "x", {3, 4}));
  EXPECT_EQ(Name(model->graph()->input(0)->type), "float32[3,4]");
  EXPECT_EQ(BindInputShape(model.get(), "x", {3, 5}).error().message(),
            "input 'x' is float32[3,4], it cannot get the shape 3x5");
  EXPECT_EQ(BindInputShape(model.get(), "X1", {3}).error().message(),
            "the model has no input 'X1', allowed: 'x'; did you mean 'x'?");
}

TEST(Diff, NamesDoNotMatter) {
  auto before = Parse(kNet);
  auto after = Parse(kNet);
  after->graph()->first()->output()->set_name("other");
  after->graph()->first()->set_name("other");
  const Difference difference = Compare(*before, *after);
  EXPECT_TRUE(difference.empty());
  EXPECT_EQ(difference.equal, 5u);
}

TEST(Diff, TellsWhatChanged) {
  auto before = Parse(kNet);
  auto after = Parse(kNet);
  Graph* graph = after->graph();
  graph->first()->Set("pads", std::vector<int64_t>{1, 1, 1, 1});
  for (const auto& constant : graph->constants()) {
    if (constant->name() == "w") {
      graph->SetConstant(constant.get(), TensorData::Make<float>({3, 2, 1, 1}, {1, 2, 3, 4, 5, 7}));
    }
  }
  Value* relu = graph->first()->next()->output();
  Value* neg = graph->AddOp("Neg", {relu}, relu->uses()[0].node, "neg");
  relu->uses()[0].node->SetInput(0, neg);
  graph->RenameOutput(0, "scores");
  const Difference difference = Compare(*before, *after);
  EXPECT_THAT(difference.interface, ElementsAre("output 'y': float32[1,3] is gone",
                                                "output 'scores': float32[1,3] is new"));
  EXPECT_THAT(
      difference.changed,
      ElementsAre("conv: attribute pads (absent) became ints = [1, 1, 1, 1]",
                  "conv: input 1 tensor = float[3,2,1,1] {1, 2, 3, 4, 5, 6} became tensor = "
                  "float[3,2,1,1] {1, 2, 3, 4, 5, 7}",
                  "p: input 0 'b' became 'neg'"));
  EXPECT_THAT(difference.added, ElementsAre("neg = Neg (b)"));
  EXPECT_THAT(difference.removed, ElementsAre());
  EXPECT_THAT(ToText(difference), HasSubstr("+ neg = Neg (b)\n"));
}

std::unique_ptr<Model> Branches(const std::string& then_branch) {
  return Parse("g (float[2] x, bool c) => (float[2] y) { y = If <then_branch = t " + then_branch +
               ", else_branch = e () => (float[2] b) { b = Neg (x) }> (c) }");
}

TEST(Diff, LooksIntoBranches) {
  const auto before = Branches("() => (float[2] a) <float[2] w = {1, 2}> { a = Mul (x, w) }");
  const auto renamed = Branches("() => (float[2] q) <float[2] v = {1, 2}> { q = Mul (x, v) }");
  EXPECT_TRUE(Compare(*before, *renamed).empty());
  EXPECT_EQ(Compare(*before, *renamed).equal, 1U);
  const auto weights = Branches("() => (float[2] a) <float[2] w = {1, 3}> { a = Mul (x, w) }");
  EXPECT_THAT(Compare(*before, *weights).changed,
              ElementsAre("y/then_branch: a: input 1 tensor = float[2] {1, 2} became tensor = "
                          "float[2] {1, 3}"));
  const auto more =
      Branches("() => (float[2] a) <float[2] w = {1, 2}> { r = Relu (x) a = Mul (r, w) }");
  EXPECT_THAT(Compare(*before, *more).added, ElementsAre("y/then_branch: r = Relu (x)"));
  const auto inner = Branches(
      "() => (float[2] a) { a = If <then_branch = u () => (float[2] k) { k = Abs (x) }, "
      "else_branch = v () => (float[2] k2) { k2 = Exp (x) }> (c) }");
  const auto other = Branches(
      "() => (float[2] a) { a = If <then_branch = u () => (float[2] k) { k = Abs (x) }, "
      "else_branch = v () => (float[2] k2) { k2 = Log (x) }> (c) }");
  EXPECT_THAT(Compare(*inner, *other).added,
              ElementsAre("y/then_branch/a/else_branch: k2 = Log (x)"));
  const auto swapped = Branches("() => (float[2] a) { a = Neg (c) }");
  EXPECT_FALSE(Compare(*inner, *swapped).empty());
}

TEST(Diff, InputsOfInnerGraphsAreKnownByTheirPlaces) {
  const auto loop = [](const std::string& body) {
    return Parse(
        "g (int64 n, bool c, float[2] x, float[2] z) => (float[2] y, float[2] w) "
        "{ y, w = Loop <body = b (int64 i, bool k, float[2] p, float[2] q) => (bool k2, float[2] "
        "p2, float[2] q2) {" +
        body + "}> (n, c, x, z) }");
  };
  const auto before = loop("k2 = Identity (k) p2 = Sub (p, q) q2 = Identity (q)");
  EXPECT_FALSE(
      Compare(*before, *loop("k2 = Identity (k) p2 = Sub (q, p) q2 = Identity (q)")).empty());
  EXPECT_FALSE(
      Compare(*before, *loop("k2 = Identity (k) p2 = Sub (p, z) q2 = Identity (q)")).empty());
  EXPECT_TRUE(
      Compare(*before, *loop("k2 = Identity (k) p2 = Sub (p, q) q2 = Identity (q)")).empty());
}

TEST(Diff, OutputsMayBeExchanged) {
  const auto before =
      Parse("g (float[2] x) => (float[2] y, float[2] z) { y = Abs (x) z = Neg (x) }");
  const auto after =
      Parse("g (float[2] x) => (float[2] y, float[2] z) { z = Abs (x) y = Neg (x) }");
  EXPECT_THAT(Compare(*before, *after).changed,
              ElementsAre("output 0 'y': y = Abs (x) became y = Neg (x)",
                          "output 1 'z': z = Neg (x) became z = Abs (x)"));
}

TEST(Diff, LargeConstantsTellWhereTheyDiffer) {
  const auto model = [](float last) {
    auto made = Parse(
        "g (float[4,4] x) => (float[4,4] y) <float[4,4] w = "
        "{1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1}> { y = Mul (x, w) }");
    std::vector<float> values(16, 1);
    values[14] = last;
    made->graph()->SetConstant(made->graph()->constants()[0].get(),
                               TensorData::Make<float>({4, 4}, values));
    return made;
  };
  EXPECT_THAT(Compare(*model(1), *model(-7)).changed,
              ElementsAre("y: input 1 constant float32[4,4] became other elements, first at [3,2]: "
                          "1 became -7"));
}

TEST(Stats, ShowsNodesInsideOthers) {
  const auto model = Branches("() => (float[2] a) <float[2] w = {1, 2}> { a = Mul (x, w) }");
  const Stats stats = ComputeStats(*model);
  EXPECT_THAT(NodeTable(stats), HasSubstr("    0      Mul           2          2  a float32[2]\n"));
  EXPECT_THAT(NodeTable(stats), HasSubstr("  then_branch:\n"));
  EXPECT_EQ(ToJson(stats)["nodes"][0]["graphs"]["else_branch"][0]["operator"], "Neg");
}

TEST(Svg, ShowsBoxesEdgesAndEscapes) {
  auto model = Parse(R"(g ("float"[1] "a<b") => (float[1] y) {
    t = Relu ("a<b")
    u = Neg (t)
    v = my.Op <text = "x > y"> (u, t)
    y = Add (v, "a<b")
  })");
  auto svg = ToSvg(*model);
  ASSERT_TRUE(svg) << svg.error().message();
  EXPECT_THAT(*svg, HasSubstr("a&lt;b"));
  EXPECT_THAT(*svg, HasSubstr("x &gt; y"));
  EXPECT_THAT(*svg, Not(HasSubstr("a<b")));
  size_t boxes = 0, edges = 0;
  for (size_t at = 0; (at = svg->find("<rect x=", at)) != std::string::npos; ++at) ++boxes;
  for (size_t at = 0; (at = svg->find("<path d=", at)) != std::string::npos; ++at) ++edges;
  EXPECT_EQ(boxes, 6u);
  EXPECT_EQ(edges, 7u);
  SvgOptions options;
  options.max_nodes = 3;
  EXPECT_THAT(ToSvg(*model, options).error().message(),
              HasSubstr("the graph has 4 nodes, a picture shows up to 3"));
}

}  // namespace
}  // namespace mmdeploy::graph
