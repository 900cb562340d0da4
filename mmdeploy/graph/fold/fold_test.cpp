#include "mmdeploy/graph/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mmdeploy/graph/infer/test_model.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::unique_ptr<Model> Parse(const std::string& graph, int opset = 13) {
  return ParseTestModel(graph, opset);
}

// Folds and gives the elements of output 0, or nothing if it is no constant.
std::vector<double> Fold(const std::string& graph, int opset = 13) {
  std::unique_ptr<Model> model = Parse(graph, opset);
  if (!model) return {};
  auto count = FoldConstants(model.get());
  EXPECT_TRUE(count) << (count ? "" : count.error().message());
  const TensorPtr& constant = model->graph()->output(0)->constant();
  return constant ? constant->Numbers().value_or(std::vector<double>()) : std::vector<double>();
}

TEST(FoldTest, ShapesOfKnownSizes) {
  EXPECT_THAT(Fold("g (float[2,3,N] x) => (y) { y = Size (x) }"), ElementsAre());
  EXPECT_THAT(Fold("g (float[2,3] x) => (y) { y = Size (x) }"), ElementsAre(6));
  // One known dimension of several.
  EXPECT_THAT(
      Fold("g (float[N,3,H] x) => (y) <int64 i = {1}> { s = Shape (x)  y = Gather (s, i) }"),
      ElementsAre(3));
  EXPECT_THAT(Fold("g (float[N,3,5] x) => (y) <int64[1] b = {1}, int64[1] e = {3}> {"
                   "s = Shape (x)  y = Slice (s, b, e) }"),
              ElementsAre(3, 5));
  // The symbol goes away again.
  EXPECT_THAT(Fold("g (float[N] x) => (y) { s = Shape (x)  y = Sub (s, s) }"), ElementsAre(0));
}

TEST(FoldTest, Cascades) {
  std::unique_ptr<Model> model = Parse(
      "g (float[N,8,4] x) => (float[N,M] y) <int64 i = {1}, int64 two = {2}, int64[1] a = {0}, "
      "int64[1] m = {-1}> {"
      "s = Shape (x)  c = Gather (s, i)  d = Div (c, two)  u = Unsqueeze (d, a)"
      "t = Concat <axis = 0> (m, u)  y = Reshape (x, t) }");
  EXPECT_EQ(FoldConstants(model.get()).value_or(-1), 4);
  // Shape stays for RemoveDeadCode.
  EXPECT_EQ(model->graph()->num_nodes(), 2u);
  EXPECT_THAT(model->graph()->last()->input(1)->constant()->Values<int64_t>(), ElementsAre(-1, 4));
  EXPECT_EQ(FoldConstants(model.get()).value_or(-1), 0);
}

TEST(FoldTest, LeavesAloneWhatCannotBeComputed) {
  for (const char* graph : {
           "g () => (y) <int64 a = {1}, int64 b = {0}> { y = Div (a, b) }",
           "g () => (y) <int64[2] a = {1, 2}, int64 b = {2}> { y = Gather (a, b) }",
           "g () => (y) <float[2] a = {1, 2}> { y = RandomNormalLike (a) }",
           "g () => (y) { y = RandomNormal <shape = [2]> () }",
           "g () => (y) <int64[2] a = {1000, 1000}> { y = ConstantOfShape (a) }",
           "g () => (y) <int64[2] a = {1, 2}, float b = {2}> { y = Add (a, b) }",
       }) {
    std::unique_ptr<Model> model = Parse(graph);
    ASSERT_TRUE(model);
    auto count = FoldConstants(model.get());
    ASSERT_TRUE(count) << graph << count.error().message();
    EXPECT_EQ(*count, 0) << graph;
    EXPECT_EQ(model->graph()->num_nodes(), 1u) << graph;
  }
}

// Thirty nodes that double their input thirty times.
TEST(FoldTest, MemoryIsBounded) {
  for (const char* step :
       {"b# = Concat <axis = 0> (a#, a#)", "n# = Neg (a#)  b# = Concat <axis = 0> (a#, n#)"}) {
    std::string nodes = "a0 = Identity (c)";
    for (int i = 0; i < 40; ++i) {
      std::string text = step;
      for (size_t at; (at = text.find("b#")) != std::string::npos;)
        text.replace(at, 2, "a" + std::to_string(i + 1));
      for (size_t at; (at = text.find('#')) != std::string::npos;)
        text.replace(at, 1, std::to_string(i));
      nodes += "  " + text;
    }
    std::unique_ptr<Model> model = Parse("g () => (y) <float[1000] c = {" + std::string("1") + [] {
      std::string rest;
      for (int i = 1; i < 1000; ++i) rest += ", 1";
      return rest;
    }() + "}> { " + nodes + "  y = Relu (a40) }");
    ASSERT_TRUE(model);
    ASSERT_TRUE(FoldConstants(model.get()));
    int64_t bytes = 0;
    for (const auto& constant : model->graph()->constants()) {
      bytes += static_cast<int64_t>(constant->constant()->bytes().size());
    }
    EXPECT_LT(bytes, int64_t{128} << 20) << step;
    EXPECT_GT(model->graph()->num_nodes(), 20u) << step;
  }
}

TEST(FoldTest, EvaluateNamesTheNode) {
  std::unique_ptr<Model> model = Parse("g (int64 a, int64 b) => (y) { [half] y = Div (a, b) }");
  auto outputs = Evaluate(*model->graph()->first(),
                          {TensorData::Scalar<int64_t>(1), TensorData::Scalar<int64_t>(0)});
  ASSERT_FALSE(outputs);
  EXPECT_EQ(outputs.error().message(),
            "node 'half' (Div): a division of integers by 0, or one that overflows");
}

TEST(FoldTest, InnerGraphs) {
  std::unique_ptr<Model> model = Parse(
      "g (float[2,3] x, bool c) => (int64[1] y) {"
      "y = If <then_branch = t () => (int64[1] a) { s = Shape <start = 1> (x)  a = Add (s, s) },"
      "else_branch = e () => (int64[1] b) { b = Shape <end = 1> (x) }> (c) }",
      15);
  EXPECT_EQ(FoldConstants(model.get()).value_or(-1), 3);
  EXPECT_THAT(PrintText(*model), HasSubstr("{6}"));
}

TEST(FoldTest, IntegersDivideTowardsZero) {
  EXPECT_THAT(Fold("g () => (y) <int64[4] a = {7, -7, 7, -7}, int64[4] b = {2, 2, -2, -2}> {"
                   "y = Div (a, b) }"),
              ElementsAre(3, -3, -3, 3));
  EXPECT_THAT(Fold("g () => (y) <int64[4] a = {7, -7, 7, -7}, int64[4] b = {3, 3, -3, -3}> {"
                   "y = Mod (a, b) }"),
              ElementsAre(1, 2, -2, -1));
}

}  // namespace
}  // namespace mmdeploy::graph
