#include "mmdeploy/graph/infer.h"
#include "mmdeploy/base/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mmdeploy/graph/infer/test_model.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {
namespace {

using ::testing::HasSubstr;

// The types of the outputs of `graph`, separated by spaces, or the error.
std::string Infer(const std::string& graph, int opset = 13) {
  std::unique_ptr<Model> model = ParseTestModel(graph, opset);
  if (!model) return "no model";
  if (Result<void> result = InferTypes(model.get()); !result) return result.error().message();
  std::string types;
  for (size_t i = 0; i < model->graph()->num_outputs(); ++i) {
    types += (i ? " " : "") + Name(model->graph()->output(i)->type);
  }
  return types;
}

TEST(InferTest, ConvolutionsKeepSymbols) {
  EXPECT_EQ(Infer("g (float[N,3,H,W] x, float[8,3,3,3] w) => (y) {"
                  "y = Conv <strides = [2,2], pads = [1,1,1,1]> (x, w) }"),
            "float32[N,8,(H+1)/2,(W+1)/2]");
  EXPECT_EQ(Infer("g (float[1,4,9,9] x, float[8,2,3,3] w) => (y) {"
                  "y = Conv <group = 2, dilations = [2,2]> (x, w) }"),
            "float32[1,8,5,5]");
  EXPECT_EQ(Infer("g (float[N,4,H,9] x, float[4,2,2,2] w) => (y) {"
                  "y = ConvTranspose <strides = [2,2]> (x, w) }"),
            "float32[N,2,2*H,18]");
  EXPECT_EQ(Infer("g (float[1,3,H,10] x) => (y) {"
                  "y = MaxPool <kernel_shape = [3,3], strides = [2,2], ceil_mode = 1> (x) }"),
            "float32[1,3,H/2,5]");
  EXPECT_EQ(Infer("g (float[1,3,H,10] x) => (y) {"
                  "y = AveragePool <kernel_shape = [3,3], strides = [2,2],"
                  " auto_pad = \"SAME_UPPER\"> (x) }"),
            "float32[1,3,(H+1)/2,5]");
}

// Two towers that compute the same sizes differently meet in an addition.
TEST(InferTest, EqualTowersAdd) {
  EXPECT_EQ(Infer("g (float[1,8,H,W] x, float[8,8,3,3] w, float[8,8,1,1] v) => (y) {"
                  "a = Conv <strides = [2,2], pads = [1,1,1,1]> (x, w)"
                  "b = Conv <strides = [2,2], pads = [1,1,1,1]> (a, w)"
                  "c = Conv <strides = [4,4]> (x, v)"
                  "y = Add (b, c) }"),
            "float32[1,8,(H+3)/4,(W+3)/4]");
}

TEST(InferTest, BroadcastingOfSymbols) {
  EXPECT_EQ(Infer("g (float[N,1,4] x, float[M,4] y) => (z) { z = Add (x, y) }"), "float32[N,M,4]");
  // Either of two symbols may be 1.
  EXPECT_EQ(Infer("g (float[N,4] x, float[M,4] y) => (z) { z = Add (x, y) }"), "float32[Add_0,4]");
  EXPECT_EQ(Infer("g (float[N,4] x, float[3,4] y) => (z) { z = Greater (x, y) }"), "bool[3,4]");
}

// What PyTorch writes for x.view(x.shape[0], -1, 4) and for interpolation to a size.
TEST(InferTest, ComputedShapes) {
  EXPECT_EQ(
      Infer("g (float[N,8,H,W] x) => (y) <int64 i = {0}, int64[1] a = {0}, int64[2] r = {-1, 4}> {"
            "s = Shape (x)  n = Gather (s, i)  m = Unsqueeze (n, a)"
            "t = Concat <axis = 0> (m, r)  y = Reshape (x, t) }"),
      "float32[N,2*H*W,4]");
  EXPECT_EQ(
      Infer("g (float[N,8,H,W] x) => (y) <int64[1] b = {2}, int64[1] e = {4}, int64[1] z = {0},"
            " int64[2] two = {2, 2}> {"
            "s = Shape (x)  hw = Slice (s, b, e, z)  nc = Slice (s, z, b, z)"
            "f = Cast <to = 1> (hw)  g = Cast <to = 1> (two)  h = Mul (f, g)"
            "k = Floor (h)  l = Cast <to = 7> (k)  t = Concat <axis = 0> (nc, l)"
            "y = Resize <mode = \"nearest\"> (x, , , t) }"),
      "float32[N,8,2*H,2*W]");
}

// torch.nn.functional.pad turns its list of pads around as a matrix.
TEST(InferTest, PadsThatAreComputed) {
  EXPECT_EQ(Infer("g (float[1,8,H,W] x) => (y) <int64[2] i = {2, 3}, int64[2] seven = {7, 7}, "
                  "int64[4] o = {0, 0, 0, 0},"
                  " int64[2] z = {0, 0}, int64[2] m = {-1, 2}, int64[1] b = {-1}, int64[1] e = "
                  "{-9223372036854775807},"
                  " int64[1] a = {0}, int64[1] f = {-1}> {"
                  "s = Shape (x)  hw = Gather (s, i)  r = Mod (hw, seven)  q = Sub (seven, r)  p = "
                  "Mod (q, seven)"
                  "l = Concat <axis = 0> (z, p, o)  k = Reshape (l, m)  t = Slice (k, b, e, a, b)"
                  "u = Transpose <perm = [1,0]> (t)  v = Reshape (u, f)  y = Pad (x, v) }"),
            "float32[1,8,7*((H+6)/7)+7*((W+6)/7)-W,W]");
}

// The mask that torch.onnx writes for expand(-1, ...).
TEST(InferTest, ExpandWithMinusOne) {
  EXPECT_EQ(Infer("g (float[N,1] x, float[M,7] y) => (z) <int64 m = {-1}> {"
                  "s = Shape (y)  k = Shape (s)"
                  "ones = ConstantOfShape <value = int64[1] {1}> (k)"
                  "n = Mul (ones, m)  e = Equal (s, n)  w = Where (e, ones, s)"
                  "z = Expand (x, w) }"),
            "float32[Expand_0,7]");
}

TEST(InferTest, ReshapeForms) {
  EXPECT_EQ(Infer("g (float[N,8,H,W] x) => (y) <int64[3] s = {0, -1, 2}> { y = Reshape (x, s) }"),
            "float32[N,4*H*W,2]");
  EXPECT_EQ(Infer("g (float[N,7,H,W] x) => (y) <int64[3] s = {0, 0, -1}> { y = Reshape (x, s) }"),
            "float32[N,7,H*W]");
  EXPECT_EQ(
      Infer("g (float[0,3] x) => (y) <int64[2] s = {0, 7}> { y = Reshape <allowzero = 1> (x, s) }",
            14),
      "float32[0,7]");
  EXPECT_EQ(Infer("g (float[N,6] x, int64[3] s) => (y) { y = Reshape (x, s) }"),
            "float32[Reshape_0,Reshape_1,Reshape_2]");
  EXPECT_EQ(Infer("g (float[2,3] x) => (y) <int64[2] s = {4, 2}> { [r] y = Reshape (x, s) }"),
            "node 'r' (Reshape): input 0 'x' float32[2,3] has 6 elements, the new shape 8");
}

TEST(InferTest, SliceForms) {
  EXPECT_EQ(Infer("g (float[N,8] x) => (y) { y = Slice <axes = [0], starts = [1], ends = "
                  "[9223372036854775807]> (x) }",
                  9),
            "float32[max(N-1,0),8]");
  EXPECT_EQ(
      Infer(
          "g (float[N,8] x) => (y) <int64[2] b = {0, -1}, int64[2] e = {100, -9223372036854775807},"
          " int64[2] a = {0, 1}, int64[2] t = {1, -3}> { y = Slice (x, b, e, a, t) }"),
      "float32[min(N,100),3]");
  EXPECT_EQ(
      Infer("g (float[H] x) => (y) <int64[1] b = {0}, int64[1] e = {2147483647}, int64[1] a = {0},"
            " int64[1] t = {2}> { y = Slice (x, b, e, a, t) }"),
      "float32[(H+1)/2]");
}

TEST(InferTest, DataDependentSizesHaveOneSymbol) {
  EXPECT_EQ(Infer("g (float[M,5] x, float[M] s) => (a, b) <float t = {0.5}> {"
                  "c = Greater (s, t)  n = NonZero (c)"
                  "i2 = Transpose (n)  a = GatherND (x, i2)  b = GatherND (s, i2) }"),
            "float32[NonZero_0,5] float32[NonZero_0]");
}

TEST(InferTest, IfTakesTheKnownBranch) {
  const std::string branches =
      "then_branch = t () => (a) { a = Squeeze <axes = [1]> (x) },"
      "else_branch = e () => (b) { b = Identity (x) }>";
  EXPECT_EQ(Infer("g (float[N,5] x) => (y) <int64 i = {1}, int64 one = {1}> {"
                  "s = Shape (x)  d = Gather (s, i)  c = Equal (d, one)  y = If <" +
                      branches + " (c) }",
                  11),
            "float32[N,5]");
  EXPECT_EQ(Infer("g (float[N,1] x, bool c) => (y) { y = If <" + branches + " (c) }", 11),
            "float32[...]");
}

TEST(InferTest, LoopsWeakenWhatGrows) {
  EXPECT_EQ(
      Infer("g (float[0,4] x, float[1,4] r, int64 n, bool c) => (y, z) {"
            "y, z = Loop <body = b (int64 i, bool k, float[?,?] v) => (k2, v2, r2) {"
            "k2 = Identity (k)  v2 = Concat <axis = 0> (v, r)  r2 = Identity (r) }> (n, c, x) }"),
      "float32[Loop_1,4] float32[Loop_2,1,4]");
}

TEST(InferTest, Declared) {
  // A declaration adds what the operator does not tell.
  EXPECT_EQ(Infer("g (float[N,4] x) => (int64[2,K] y) { y = NonZero (x) }"), "int64[2,K]");
  // Another element type is an error for engines too.
  EXPECT_THAT(
      Infer("g (float[2,4] x) => (int64[2,4] y) { [relu] y = Relu (x) }"),
      HasSubstr("node 'relu' (Relu): output 'y' is declared as int64[2,4], but the operator "
                "gives float32[2,4]"));
}

TEST(InferTest, AShapeThatIsDeclaredWronglyIsAWarning) {
  std::vector<std::string> lines;
  SetLogSink([&](LogLevel, std::string_view message) { lines.emplace_back(message); });
  EXPECT_EQ(Infer("g (float[2,4] x) => (float[2,5] y) { [relu] y = Relu (x) }"), "float32[2,4]");
  EXPECT_EQ(Infer("g (float[1,2,3] x) => (float[1,seq] y) { y = Relu (x) }"), "float32[1,2,3]");
  // Between nodes, and inside graphs.
  EXPECT_EQ(Infer("g (float[2,4] x) => (y) <float[8] t> { t = Neg (x) y = Abs (t) }"),
            "float32[2,4]");
  EXPECT_EQ(Infer("g (float[2,4] x, bool c) => (y) { y = If <"
                  "then_branch = t () => (float[3] a) { a = Neg (x) },"
                  "else_branch = e () => (float[2,4] b) { b = Abs (x) }> (c) }"),
            "float32[2,4]");
  SetLogSink({});
  ASSERT_EQ(lines.size(), 4U);
  EXPECT_EQ(lines[0],
            "node 'relu' (Relu): output 'y' is declared as float32[2,5], but the operator gives "
            "float32[2,4]; the declaration is ignored, as engines do");
  EXPECT_THAT(lines[2], HasSubstr("output 't' is declared as float32[8]"));
  EXPECT_THAT(lines[3], HasSubstr("output 'a' is declared as float32[3]"));
}

TEST(InferTest, IsIdempotent) {
  std::unique_ptr<Model> model = ParseTestModel(
      "g (float[N,4] x, float[M,4] y) => (z) { t = Add (x, y)  n = NonZero (t)"
      "z = Concat <axis = 1> (n, n) }",
      13);
  ASSERT_TRUE(InferTypes(model.get()));
  const std::string once = PrintText(*model, {1 << 20, true});
  EXPECT_THAT(once, HasSubstr("2*NonZero_0"));
  ASSERT_TRUE(InferTypes(model.get()));
  EXPECT_EQ(PrintText(*model, {1 << 20, true}), once);
}

TEST(InferTest, WrongUseIsNamed) {
  EXPECT_EQ(Infer("g (float[1,3,8,8] x, float[8,4,3,3] w) => (y) { [c] y = Conv (x, w) }"),
            "node 'c' (Conv): input 0 'x' float32[1,3,8,8] has 3 channels, input 1 'w' "
            "float32[8,4,3,3] in 1 groups needs 4");
  EXPECT_EQ(Infer("g (int64[2,2] x) => (y) { [c] y = Softmax (x) }"),
            "node 'c' (Softmax): input 0 'x' int64[2,2] has an element type that the operator does "
            "not take");
  EXPECT_EQ(
      Infer("g (float[2,3] x) => (y) { [c] y = Transpose <perm = [0,0]> (x) }"),
      "node 'c' (Transpose): attribute 'perm' is [0,0], needed: an order of the 2 dimensions of "
      "input 0 'x' float32[2,3]");
  EXPECT_EQ(Infer("g (float[2,3] x) => (y) { [c] y = Softmax <axis = 7> (x) }"),
            "node 'c' (Softmax): attribute 'axis' is 7, allowed for 2 dimensions -2..1");
  EXPECT_EQ(Infer("g (float[2,3] x) => (y) { [c] y = Softmax <axis = \"a\"> (x) }"),
            "node 'c' (Softmax): attribute 'axis' must be an integer");
  EXPECT_EQ(
      Infer("g (float[2,3] x) => (y) { [c] y = MatMul (x, x) }"),
      "node 'c' (MatMul): input 0 'x' float32[2,3] and input 1 'x' float32[2,3] do not multiply: "
      "3 columns and 2 rows");
  EXPECT_EQ(Infer("g (float[2,3] x) => (y) { [c] y = Add (x) }"),
            "node 'c' (Add): input 1 is missing, the operator needs 2");
  EXPECT_EQ(Infer("g (float[2,3] x) => (y) <int64 i = {2}> { [c] y = Gather (x, i) }"),
            "node 'c' (Gather): index 0 is 2, allowed for dimension 0 of input 0 'x' float32[2,3]: "
            "-2..1");
  EXPECT_EQ(Infer("g (float[2,3] x, float[4,3] y) => (z) { [c] z = Mul (x, y) }"),
            "node 'c' (Mul): dimensions 2 and 4 do not broadcast");
}

TEST(InferTest, MarkIsIdentity) {
  EXPECT_EQ(Infer("g (float[N,3] x) => (y) { y = mmdeploy.Mark (x) }"), "float32[N,3]");
}

TEST(InferTest, LayersOfNcnn) {
  EXPECT_EQ(Infer("g (float[N,3,H,9] x) => (y) <int64[2] s = {5, 2}> {"
                  "y = mmdeploy.AdaptiveAvgPool2d (x, s) }"),
            "float32[N,3,5,2]");
  EXPECT_EQ(Infer("g (float[N,3,H,9] x) => (y) <int64[1] s = {1}> {"
                  "y = mmdeploy.AdaptiveAvgPool2d (x, s) }"),
            "float32[N,3,1,1]");
  EXPECT_THAT(Infer("g (float[N,3,H,9] x) => (y) <int64[3] s = {1, 1, 1}> {"
                    "y = mmdeploy.AdaptiveAvgPool2d (x, s) }"),
              HasSubstr("'output_size' has 3 elements, allowed 1 or 2"));
  EXPECT_EQ(Infer("g (float[T,1,8] x, float[1,20,8] w, float[1,20,5] r) => (y, h, c) {"
                  "y, h, c = ncnn.LSTM <hidden_size = 5> (x, w, r) }"),
            "float32[T,1,1,5] float32[1,1,5] float32[1,1,5]");
}

TEST(InferTest, HugeNumbersOverflowToUnknown) {
  EXPECT_EQ(
      Infer("g (float[9223372036854775807,2] x) => (y) <int64[2] r = {4, 1}> { y = Tile (x, r) }"),
      "float32[Tile_0,2]");
  EXPECT_EQ(Infer("g (float[4611686018427387904,4] x) => (y) { y = Flatten <axis = 0> (x) }"),
            "float32[1,Flatten_0]");
  EXPECT_THAT(Infer("g (float[1,1,9223372036854775807] x, float[1,1,3] w) => (y) {"
                    "y = Conv <pads = [9223372036854775807, 1]> (x, w) }"),
              HasSubstr("attribute 'pads' has 9223372036854775807"));
}

}  // namespace
}  // namespace mmdeploy::graph
