#include "mmdeploy/graph/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/graph/check.h"
#include "mmdeploy/graph/extract.h"
#include "mmdeploy/graph/text.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<Model> Parse(std::string_view text) {
  auto model = ParseText(text);
  EXPECT_TRUE(model) << model.error().message();
  return std::move(*model);
}

TEST(Graph, UsesFollowEveryChange) {
  auto model = Parse("g (float x) => (float y) { a = Relu (x) b = Add (a, a) y = Add (b, a) }");
  Graph* graph = model->graph();
  Value* a = graph->first()->output();
  EXPECT_EQ(a->uses().size(), 3u);
  a->ReplaceUses(graph->input(0));
  EXPECT_FALSE(a->has_uses());
  EXPECT_EQ(graph->input(0)->uses().size(), 4u);
  graph->Erase(graph->first());
  EXPECT_EQ(graph->input(0)->uses().size(), 3u);
  graph->last()->TruncateInputs(1);
  EXPECT_EQ(graph->input(0)->uses().size(), 2u);
  EXPECT_TRUE(graph->last()->output()->is_output());
}

TEST(Graph, NodesOfInnerGraphsLetGoOfOuterValues) {
  auto model = Parse(R"(g (bool c, float x) => (float y) {
    a = Relu (x)
    y = If <then_branch = t () => (float p) { p = Neg (a) }, else_branch = e () => (float a) {}> (c)
  })");
  Graph* graph = model->graph();
  Value* a = graph->first()->output();
  EXPECT_EQ(a->uses().size(), 2u);
  graph->result()->SetInput(0, graph->input(1));
  EXPECT_EQ(RemoveDeadCode(model.get()), 2);
  EXPECT_EQ(graph->num_nodes(), 0u);
}

TEST(Graph, AdoptMovesANodeOutOfABranch) {
  auto model = Parse(R"(g (bool c, float x) => (float y) {
    y = If <then_branch = t () => (float q) { p = Neg (x) q = Abs (p) }, else_branch = e () => (float x) {}> (c)
  })");
  Graph* graph = model->graph();
  Graph* inner = graph->first()->Subgraphs()[0];
  graph->Adopt(inner->first(), graph->first());
  EXPECT_EQ(graph->first()->output()->graph(), graph);
  EXPECT_THAT(PrintText(*model), HasSubstr("{\n  p = Neg (x)\n  y = If <then_branch: graph = t () "
                                           "=> (float q) {\n    q = Abs (p)\n  }"));
}

TEST(Graph, NamesAreUnique) {
  auto model = Parse("g (float x) => (float y) { y = Relu (x) }");
  Graph* graph = model->graph();
  EXPECT_EQ(graph->AddOp("Relu", {graph->input(0)}, nullptr, "y")->name(), "y_1");
  EXPECT_EQ(graph->AddConstant(TensorData::Scalar<float>(1))->name(), "constant");
  EXPECT_EQ(graph->AddConstant(TensorData::Scalar<float>(1))->name(), "constant_1");
}

TEST(SortNodes, KeepsWhatIsSortedAndMovesWhatIsNot) {
  auto model =
      Parse("g (float x) => (float y) { a = Relu (x) b = Neg (a) c = Abs (x) y = Add (b, c) }");
  Graph* graph = model->graph();
  graph->Move(graph->first(), nullptr);
  ASSERT_TRUE(SortNodes(graph));
  std::string order;
  for (Node* node : graph->Nodes()) order += node->output()->name();
  EXPECT_EQ(order, "caby");
}

TEST(SortNodes, NamesACycle) {
  auto model = Parse("g (float x) => (float y) { a = Add (x, x) b = Neg (a) y = Abs (b) }");
  Graph* graph = model->graph();
  graph->first()->SetInput(1, graph->first()->next()->output());
  auto sorted = SortNodes(graph);
  ASSERT_FALSE(sorted);
  EXPECT_THAT(sorted.error().message(), HasSubstr("3 nodes depend on their own outputs (a cycle)"));
}

TEST(Check, NamesEveryBadNode) {
  auto model = Parse(R"(<ir_version: 8, opset_import: ["" : 13]> g (float[2] x) => (float[2] y) {
    [conv] a = Conv <dilation = [1, 1], group = 1.5> (x)
    b = Gelu (a)
    c = Rellu (b)
    d = my.Op (c)
    e = Cast (d)
    y = Relu (e)
  })");
  EXPECT_THAT(
      FindProblems(*model),
      ElementsAre(
          "node 'conv' (Conv): it has 1 inputs, expected 2 to 3 in opset 13",
          HasSubstr("node 'conv' (Conv): attribute 'dilation' is unknown in opset 13, "
                    "allowed: 'auto_pad', 'dilations'"),
          "node 'conv' (Conv): attribute 'group' is a float, expected an int",
          "node 1 (Gelu) making 'b': the operator exists since opset 20, the model imports 13",
          "node 2 (Rellu) making 'c': ONNX has no such operator (did you mean 'Relu'?); "
          "custom operators need a domain",
          "node 3 (my::Op) making 'd': the model does not import an operator set of domain 'my'",
          "node 4 (Cast) making 'e': attribute 'to' is missing"));
  EXPECT_THAT(CheckModel(*model, 2).error().message(),
              HasSubstr("the model has 7 problems:\n  node 'conv'"));
  EXPECT_THAT(CheckModel(*model, 2).error().message(), HasSubstr("... and 5 more"));
}

// The graph of the documentation's debugging tutorial.
constexpr char kWhole[] = R"(g (float[1] "input.1") => (float[1] "31") {
  "22" = Relu ("input.1")
  "23" = Relu ("22")
  "24" = Neg ("23")
  "25" = Relu ("24")
  "26" = Abs ("23")
  "27" = Relu ("26")
  "28" = Add ("25", "27")
  "31" = Relu ("28")
})";

std::string Part(std::vector<Cut> inputs, std::vector<Cut> outputs,
                 std::vector<std::string> redundant = {}) {
  auto model = Parse(kWhole);
  auto report = Extract(model.get(), inputs, outputs);
  if (!report) return report.error().message();
  EXPECT_EQ(report->redundant_inputs, redundant);
  const std::string text = PrintText(*model);
  return text.substr(text.find('\n') + 1);
}

TEST(Extract, CutsAtValues) {
  EXPECT_EQ(Part({{"24"}}, {{"25"}}),
            "g (undefined[] \"24\") => (undefined[] \"25\") {\n  \"25\" = Relu (\"24\")\n}\n");
  EXPECT_THAT(Part({{"22"}}, {{"28"}}), HasSubstr("\"28\" = Add (\"25\", \"27\")\n}"));
}

TEST(Extract, AddsAnOutput) {
  const std::string part = Part({{"22"}}, {{"27"}, {"31"}});
  EXPECT_THAT(part, HasSubstr("=> (undefined[] \"27\", float[1] \"31\")"));
}

TEST(Extract, KeepsARedundantInput) {
  EXPECT_THAT(Part({{"22"}, {"input.1"}}, {{"28"}}, {"input.1"}),
              HasSubstr("g (undefined[] \"22\", float[1] \"input.1\") =>"));
}

TEST(Extract, NamesWhatIsMissing) {
  EXPECT_EQ(Part({{"24"}}, {{"28"}}),
            "the outputs cannot be computed from the inputs '24': '27' is missing (made from the "
            "model's 'input.1'); add it to the inputs, or take inputs further up");
  EXPECT_EQ(Part({}, {{"23"}}),
            "the outputs cannot be computed from the inputs : '23' is missing (made from the "
            "model's 'input.1'); add it to the inputs, or take inputs further up");
  EXPECT_EQ(Part({{"24"}}, {{"2 8"}}),
            "the graph has no value '2 8', did you mean '28'?; `mmdeploy graph print` shows all");
  EXPECT_EQ(Part({{"24"}, {"25", "24"}}, {{"28"}}), "two inputs would have the name '24'");
}

TEST(Extract, RenamesInputsAndOutputs) {
  EXPECT_EQ(Part({{"25", "input.1"}, {"27", "28"}}, {{"28", "25"}}),
            "g (undefined[] \"input.1\", undefined[] \"28\") => (undefined[] \"25\") {\n"
            "  \"25\" = Add (\"input.1\", \"28\")\n}\n");
}

TEST(Extract, AnOutputMayBeAnInput) {
  EXPECT_EQ(Part({{"24"}}, {{"24", "copy"}, {"25"}}),
            "g (undefined[] \"24\") => (undefined[] copy, undefined[] \"25\") {\n"
            "  \"25\" = Relu (\"24\")\n  copy = Identity (\"24\")\n}\n");
}

TEST(SetOutputs, ShowsIntermediateValues) {
  auto model = Parse(kWhole);
  ASSERT_TRUE(SetOutputs(model.get(), {{"23"}, {"25", "debug"}}, true));
  EXPECT_THAT(PrintText(*model),
              HasSubstr("=> (float[1] \"31\", undefined[] \"23\", undefined[] debug)"));
  ASSERT_TRUE(SetOutputs(model.get(), {{"23"}}, false));
  EXPECT_EQ(model->graph()->num_nodes(), 2u);
}

constexpr char kMarked[] = R"(<ir_version: 8, opset_import: ["" : 13, "mmdeploy" : 1]>
g (float[2] a, float[2] b) => (float[2] out) {
  x1 = mmdeploy.Mark <func = "add", func_id = 0, type = "input", name = "x", id = 0, dtype = 1, shape = [2]> (a)
  y1 = mmdeploy.Mark <func = "add", func_id = 0, type = "input", name = "y", id = 1, dtype = 1, shape = [2]> (b)
  s = Add (x1, y1)
  z1 = mmdeploy.Mark <func = "add", func_id = 0, type = "output", name = "z", id = 0, dtype = 1, shape = [2]> (s)
  out = Relu (z1)
})";

TEST(Marks, AreFoundAndRemoved) {
  auto model = Parse(kMarked);
  EXPECT_THAT(ListMarks(*model), ElementsAre("add[0]:input", "add[0]:output"));
  auto starts = FindMarks(*model, "add:input", false);
  auto ends = FindMarks(*model, "add[0]:output", true);
  ASSERT_TRUE(starts && ends);
  ASSERT_TRUE(Extract(model.get(), *starts, *ends));
  EXPECT_EQ(RemoveMarks(model.get()), 3);
  const std::string text = PrintText(*model);
  EXPECT_EQ(text.substr(text.find('\n') + 1),
            "g (float[2] x, float[2] y) => (float[2] z) {\n  z = Add (x, y)\n}\n");
}

TEST(Marks, MessagesNameWhatThereIs) {
  auto model = Parse(kMarked);
  EXPECT_EQ(FindMarks(*model, "ad:input", false).error().message(),
            "the model has no mark 'ad:input', available: 'add[0]:input', 'add[0]:output'");
  EXPECT_THAT(FindMarks(*model, "add", false).error().message(),
              HasSubstr("'add' is no mark; expected 'func:input'"));
}

}  // namespace
}  // namespace mmdeploy::graph
