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
