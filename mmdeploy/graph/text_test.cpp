#include "mmdeploy/graph/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mmdeploy::graph {
namespace {

using ::testing::HasSubstr;

constexpr char kEverything[] = R"(<ir_version: 8, opset_import: ["" : 13, "mmdeploy" : 1]>
everything (float[N,4] x, bool c, float[] "a.b", float[?,2] q) => (float[N,4] y, float[] z)
<float[4] w = {1.5, -2, 3, 1e-07},
 int64[2] shape = {2, -1},
 float h = {0.25},
 string[1] s = {"a\"b"}> {
  [first] t = Mul (x, w)
  r = Reshape <allowzero: int = 0> (t, shape)
  "m.0", "" = mmdeploy.Custom <alpha: float = 0.5, ids: ints = [1, 2], names: strings = ["p", "q"], pads: floats = [1, 2.5], part: string = "x", value: tensor = float[2] {1, 2}> (r, "", "a.b")
  y = Identity (t)
  z = If <else_branch: graph = other () => (float[N,4] n) {
    n = Neg (t)
  }, then_branch: graph = one () => (float[N,4] p) {
    p = Relu (x)
  }> (c)
}
)";

TEST(Text, PrintsWhatItParses) {
  auto model = ParseText(kEverything);
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_EQ(PrintText(**model), kEverything);
}

TEST(Text, QuotedSizesAreSymbols) {
  const std::string text =
      "<ir_version: 8, opset_import: [\"\" : 13]>\n"
      "g (float[\"2*n\",3,\"(n+31)/32\",\"7\",?] x) => (float[\"2*n\",3,n] y) {\n  y = A (x)\n}\n";
  auto model = ParseText(text);
  ASSERT_TRUE(model) << model.error().message();
  const Dims& dims = *(*model)->graph()->input(0)->type.dims;
  EXPECT_EQ(dims[0].symbol(), "2*n");
  EXPECT_EQ(dims[1].value(), 3);
  EXPECT_EQ(dims[3].symbol(), "7");
  EXPECT_TRUE(dims[4].is_unknown());
  for (const char* wrong : {"2n", "99999999999999999999"}) {
    const auto bad =
        ParseText(std::string("g (float[") + wrong + "] x) => (float[1] y) { y = A (x) }");
    ASSERT_FALSE(bad) << wrong;
    EXPECT_THAT(bad.error().message(), HasSubstr("is no size"));
  }
}

TEST(Text, NamesOfAnyBytesAreShownSafelyAndReadBack) {
  auto model = ParseText("g (float[2] x) => (float[2] y) { y = Relu (x) }");
  ASSERT_TRUE(model) << model.error().message();
  const std::string name = "a\x1b[31m\"\\\xff\n";
  (*model)->graph()->input(0)->set_name(name);
  (*model)->graph()->first()->set_name("b\\x1b");
  const std::string text = PrintText(**model);
  EXPECT_THAT(text, HasSubstr("\"a\\x1b[31m\\\"\\\\\\xff\\x0a\""));
  auto again = ParseText(text);
  ASSERT_TRUE(again) << again.error().message();
  EXPECT_EQ((*again)->graph()->input(0)->name(), name);
  EXPECT_EQ((*again)->graph()->first()->name(), "b\\x1b");
}

TEST(Text, KeepsTheNamesOfOutputs) {
  auto model = ParseText(
      "g (float[2] x) => (float[2] y, float[2] z) { a = Relu (x) y = Neg (a) z = Abs (a) }");
  ASSERT_TRUE(model) << model.error().message();
  Graph* graph = (*model)->graph();
  Value* a = graph->first()->output();
  for (size_t i : {0, 1}) graph->result()->SetInput(i, a);
  graph->Erase(graph->last());
  graph->Erase(graph->last());
  EXPECT_THAT(PrintText(**model), HasSubstr("  y = Relu (x)\n  z = Identity (y)\n"));
  graph->result()->SetInput(1, graph->input(0));
  EXPECT_THAT(PrintText(**model), HasSubstr("  y = Relu (x)\n  z = Identity (x)\n"));
}

TEST(Text, TellsWhereItFails) {
  const std::pair<const char*, const char*> cases[] = {
      {"g (float[2] x) => (float[2] y) {\n  y = Relu (z)\n}",
       "line 2 column 13: 'z' is not defined"},
      {"g (floaty x) => () {}", "line 1 column 4: unknown element type 'floaty'"},
      {"g (float x) => (float y) {}", "nothing makes the output 'y'"},
      {"g (float x) => () <float[2] w = {1}> {}", "1 elements do not fill the dimensions"},
      {"g (float x) => () { y = Relu <axis = > (x) }", "expected a number"},
      {"<ir: 3> g () => () {}", "unknown key 'ir', allowed: ir_version, opset_import"},
      {"g (float x) => () { y = Relu (x) y = Neg (x) }", "'y' is defined twice"},
      {"g () => () { y = If <a = g () => () {", "expected a name"},
      {"g (float x) => () { y = Relu (x; }", "line 1 column 32: expected ',' or ')', found '; }'"},
  };
  for (const auto& [text, message] : cases) {
    auto model = ParseText(text);
    ASSERT_FALSE(model) << text;
    EXPECT_THAT(model.error().message(), HasSubstr(message));
  }
}

}  // namespace
}  // namespace mmdeploy::graph
