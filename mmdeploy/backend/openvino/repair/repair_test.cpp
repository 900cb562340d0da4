#include "mmdeploy/backend/openvino/repair/repair.h"

#include <gmock/gmock.h>

#include "mmdeploy/backend/openvino/repair/doubts.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::openvino {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// What becomes of a graph: its nodes as text, "" if nothing changes, or the error.
std::string Repaired(const std::string& graph, int opset = 13) {
  auto model = graph::ParseText(
      fmt::format("<ir_version: 8, opset_import: [\"\" : {}]> g {}", opset, graph));
  if (!model) return model.error().message();
  if (const auto inferred = graph::InferTypes(model->get()); !inferred) {
    return inferred.error().message();
  }
  const auto changes = RepairModel(model->get());
  if (!changes) return changes.error().message();
  if (*changes == 0) return "";
  EXPECT_TRUE(graph::InferTypes(model->get()));
  const auto again = RepairModel(model->get());
  EXPECT_TRUE(again && *again == 0) << "a second time it changes again";
  const std::string text = PrintText(**model);
  return text.substr(text.find("{\n") + 2);
}

TEST(Repair, SoftmaxOverSeveralDimensions) {
  EXPECT_EQ(Repaired("(float[2,3,4] x) => (float[2,3,4] y) { y = Softmax<axis = 1> (x) }", 11),
            "  y_1 = Shape (x)\n  y_2 = Flatten <axis: int = 1> (x)\n"
            "  y_3 = Softmax <axis: int = 1> (y_2)\n  y = Reshape (y_3, y_1)\n}\n");
  EXPECT_EQ(Repaired("(float[2,3] x) => (float[2,3] y) { y = Softmax (x) }", 11), "");
  EXPECT_EQ(Repaired("(float[2,3,4] x) => (float[2,3,4] y) { y = Softmax<axis = -1> (x) }", 11),
            "");
  EXPECT_EQ(Repaired("(float[2,3,4] x) => (float[2,3,4] y) { y = Softmax<axis = 1> (x) }", 13), "");
}

TEST(Repair, ReductionsWhoseAxesAreNotRead) {
  EXPECT_EQ(
      Repaired("(float[2,3] x) => (float[2] y) { y = ReduceL1<axes = [1], keepdims = 0> (x) }"),
      "  y_1 = Abs (x)\n  y = ReduceSum <keepdims: int = 0> (y_1, y_2)\n}\n");
  EXPECT_THAT(Repaired("(float[2,3] x) => (float[2] y) "
                       "{ y = ReduceLogSumExp<axes = [1], keepdims = 0> (x) }"),
              HasSubstr("ReduceMax"));
  EXPECT_EQ(Repaired("(float[2,3] x) => (float y) { y = ReduceL1<keepdims = 0> (x) }"), "");
  EXPECT_EQ(Repaired("(float[2,3] x) => (float[2,1] y) { y = ReduceL1<axes = [1]> (x) }", 11), "");
  EXPECT_EQ(
      Repaired("(float[2] x) => (float[2] y) { y = ReduceL1<noop_with_empty_axes = 1> (x) }", 18),
      "  y = Abs (x)\n}\n");
}

TEST(Repair, AutomaticPadsThatLeaveOutPixels) {
  const auto pool = [](const std::string& op, const std::string& ceil_mode) {
    return Repaired("(float[1,1,12] x) => (float[] y) { y = " + op +
                    "<kernel_shape = [2], strides = [3], auto_pad = \"SAME_UPPER\", ceil_mode = " +
                    ceil_mode + "> (x) }");
  };
  for (const char* op : {"MaxPool", "AveragePool"}) {
    EXPECT_THAT(pool(op, "1"), HasSubstr("auto_pad with strides larger than the kernel"));
  }
  EXPECT_THAT(pool("AveragePool", "0"), HasSubstr("understood in several ways"));
  EXPECT_EQ(pool("MaxPool", "0"), "");
}

TEST(Repair, TileOverSeveralAxes) {
  EXPECT_EQ(
      Repaired("(float[N,1,3,2] x) => (float[] y) <int64[4] r = {1, 2, 1, 3}> "
               "{ y = Tile (x, r) }"),
      "  y_1 = Concat <axis: int = 3> (x, x, x)\n  y = Concat <axis: int = 1> (y_1, y_1)\n}\n");
  EXPECT_EQ(Repaired("(float[N,3] x) => (float[] y) <int64[2] r = {1, 2}> { y = Tile (x, r) }"),
            "");
  EXPECT_EQ(Repaired("(float[N,3] x) => (float[] y) <int64[2] r = {2, 0}> { y = Tile (x, r) }"),
            "");
  EXPECT_THAT(Repaired("(float[N,3] x) => (float[] y) <int64[2] r = {2, 1025}> "
                       "{ y = Tile (x, r) }"),
              HasSubstr("allowed: up to 1024 times, found 1025"));
}

TEST(Repair, PoolingThatRoundsUp) {
  const auto pool = [](const std::string& op, const std::string& attributes,
                       const std::string& size = "8") {
    return Repaired("(float[1,1," + size + "] x) => (float[] y) { y = " + op +
                    "<kernel_shape = [2], " + "ceil_mode = 1, " + attributes + "> (x) }");
  };
  // The last window would start behind the image.
  EXPECT_THAT(pool("MaxPool", "strides = [3], pads = [0, 1]"), HasSubstr("pads: ints = [0, 0]"));
  EXPECT_EQ(pool("MaxPool", "strides = [2], pads = [0, 0]", "N"), "");
  EXPECT_THAT(pool("MaxPool", "strides = [3], pads = [0, 1]", "N"),
              HasSubstr("node 0 (MaxPool) making 'y': with ceil_mode, and strides"));
  EXPECT_THAT(pool("AveragePool", "strides = [2], pads = [1, 0], count_include_pad = 1"),
              HasSubstr("= Pad (x, "));
  EXPECT_EQ(pool("AveragePool", "strides = [2], pads = [1, 0]"), "");
}

TEST(Repair, AutomaticPadsOfDilatedWindowsAreRefused) {
  EXPECT_THAT(Repaired("(float[1,1,8] x) => (float[] y) { y = MaxPool<kernel_shape = [2], "
                       "dilations = [2], auto_pad = \"SAME_UPPER\"> (x) }"),
              HasSubstr("give pads"));
}

TEST(Repair, AutomaticPadsOfTransposedConvolutions) {
  const auto conv = [](const std::string& attributes, const std::string& size = "4") {
    return Repaired("(float[1,1," + size + "] x) => (float[] y) <float[1,1,3] w = {1, 2, 3}> " +
                    "{ y = ConvTranspose<strides = [2], " + attributes + "> (x, w) }");
  };
  EXPECT_THAT(conv("auto_pad = \"SAME_UPPER\"", "N"), HasSubstr("pads: ints = [0, 1]"));
  EXPECT_THAT(conv("auto_pad = \"SAME_LOWER\"", "N"), HasSubstr("pads: ints = [1, 0]"));
  EXPECT_THAT(conv("output_shape = [9]"), HasSubstr("pads: ints = [0, 0]"));
  EXPECT_THAT(conv("output_shape = [9]", "N"), HasSubstr("output_shape needs fixed sizes"));
  EXPECT_EQ(conv("pads = [1, 1]"), "");
}

TEST(Repair, WhatStaysWrongIsRefusedWithAllNodes) {
  const std::string error = Repaired(
      "(float[1,3,8,8] x, float[4,2,3] s, float[4,2,3] w, float[1,4,1] r, int64[2] k) => "
      "(float[] y, float[] z) { [one] y = LRN<size = 3, bias = -1.0> (x) "
      "[two] z = RNN<hidden_size = 1> (s, w, r, \"\", k) }");
  EXPECT_THAT(error,
              HasSubstr("OpenVINO would calculate it wrongly: node 'one' (LRN): bias is -1"));
  EXPECT_THAT(error, HasSubstr("; node 'two' (RNN): input 4 (sequence_lens)"));
}

TEST(Repair, WhatConstantsChooseMustNotBeNothing) {
  const auto choose = [](const std::string& nodes) {
    return Repaired(
        "(float[3] x, bool[3] b) => (float[] y) <bool[2] no = {0, 0}, "
        "bool[2] one = {1, 0}, int64[0] none = {}> { y = " +
        nodes + " }");
  };
  EXPECT_THAT(choose("Compress (x, no)"), HasSubstr("the condition is a constant that chooses"));
  EXPECT_THAT(choose("Gather (x, none)"),
              HasSubstr("the list of indices is a constant that chooses"));
  EXPECT_EQ(choose("Compress (x, one)"), "");
  EXPECT_EQ(choose("Compress (x, b)"), "");
}

TEST(Repair, TheSamplingRatioOfRoiAlignIsSaid) {
  const std::string graph =
      "(float[1,1,8,8] x, float[2,4] r, int64[2] b) => (float[] y) { y = "
      "RoiAlign<";
  EXPECT_THAT(Repaired(graph + "output_height = 2> (x, r, b) }", 16),
              HasSubstr("sampling_ratio: int = 0"));
  EXPECT_EQ(Repaired(graph + "sampling_ratio = 2> (x, r, b) }", 16), "");
  EXPECT_THAT(Repaired(graph + "mode = \"max\"> (x, r, b) }", 16), HasSubstr("allowed: 'avg'"));
}

TEST(Repair, ConvolutionsOfOneChannelToOneColumn) {
  const auto conv = [](const std::string& size, const std::string& attributes,
                       const std::string& weight = "float[1,1,3,3]") {
    return Repaired("(float[1,1," + size + "] x, " + weight + " w) => (float[] y) { y = Conv<" +
                    attributes + "> (x, w) }");
  };
  EXPECT_EQ(conv("9,4", "strides = [1, 2]"),
            "  y_2 = Pad (x, y_1)\n  y_4 = Pad (w, y_3)\n"
            "  y = Conv <strides: ints = [1, 2]> (y_2, y_4)\n}\n");
  EXPECT_THAT(conv("H,W", "strides = [1, 2], auto_pad = \"SAME_UPPER\""), HasSubstr("Pad"));
  EXPECT_EQ(conv("9,5", "strides = [1, 2]"), "");  // two columns
  EXPECT_EQ(conv("9,4", "strides = [2, 2]"), "");
  EXPECT_EQ(conv("9,4", "strides = [1, 1]"), "");
  EXPECT_EQ(Repaired("(float[1,3,9,4] x, float[1,3,3,3] w) => (float[] y) "
                     "{ y = Conv<strides = [1, 2]> (x, w) }"),
            "");
}

TEST(Repair, NormalisationOverOpenChannels) {
  const auto norm = [](const std::string& shape, const std::string& attributes = "size = 3") {
    return Repaired("(float[" + shape + "] x) => (float[] y) { y = LRN<" + attributes + "> (x) }");
  };
  EXPECT_THAT(norm("1,C,4,4"), HasSubstr("AveragePool"));
  EXPECT_THAT(norm("1,C,4,4"), HasSubstr("y = Div (x, "));
  EXPECT_EQ(norm("N,3,4,4"), "");
  EXPECT_THAT(norm("N,3,4,4", "size = 3, bias = 2.0"), HasSubstr("= LRN <"));
  EXPECT_THAT(norm("1,C,4"), HasSubstr("sizes are open, which is calculated for floats of rank 4"));
}

TEST(Repair, ConstantsOfWholeNumbersInProducts) {
  const auto product = [](const std::string& dims, const std::string& operands) {
    return Repaired("(float[2,2,2] x) => (float[] y) <int8[" + dims +
                        "] w = {1, 2, 3, 4}, float s = {0.5}, int8 z = {3}> "
                        "{ f = DequantizeLinear (w, s, z) y = MatMul (" +
                        operands + ") }",
                    13);
  };
  EXPECT_EQ(product("2,2", "x, f"), "");
  EXPECT_EQ(product("1,2,2", "x, f"), "");
  EXPECT_THAT(product("2,2,1", "x, f"), HasSubstr("y = MatMul (x, y_1)"));
  EXPECT_THAT(product("2,2", "f, x"), HasSubstr("y = MatMul (y_1, x)"));
  EXPECT_THAT(Repaired("(float[2,2,2] x) => (float[] y) <int8[2,2,1] w = {1, 2, 3, 4}> "
                       "{ f = Cast<to = 1> (w) y = MatMul (x, f) }"),
              HasSubstr("y = MatMul (x, y_1)"));
  EXPECT_THAT(Repaired("(int8[2,2,2] a) => (int32[] y) <int8[2,2,1] b = {1, 2, 3, 4}> "
                       "{ y = MatMulInteger (a, b) }"),
              HasSubstr("input 1 is a constant of whole numbers"));
}

TEST(Repair, TheLargestEndOfSlicesThatGoBack) {
  const auto slice = [](const std::string& end, const std::string& step) {
    return Repaired("(float[4,5] x) => (float[] y) <int64[1] s = {-1}, int64[1] e = {" + end +
                    "}, int64[1] a = {1}, int64[1] t = {" + step +
                    "}> { y = Slice (x, s, e, a, t) }");
  };
  for (const char* end : {"2147483647", "9223372036854775807"}) {
    EXPECT_EQ(slice(end, "-1"), "  y = Slice (x, s, y_1, a, t)\n}\n");
    EXPECT_EQ(slice(end, "1"), "");
  }
  EXPECT_EQ(slice("-9", "-1"), "");
}

TEST(Repair, ComparisonsAreExact) {
  const auto compare = [](const std::string& op, const std::string& a, const std::string& b) {
    return Repaired("(" + a + " a, " + b + " b) => (bool[] y) { y = " + op + " (a, b) }");
  };
  EXPECT_EQ(compare("Greater", "float[3]", "float[3]"), "  y = Less (b, a)\n}\n");
  EXPECT_EQ(compare("GreaterOrEqual", "float[3]", "float[3]"), "  y = LessOrEqual (b, a)\n}\n");
  EXPECT_EQ(compare("Less", "float[3]", "float[3]"), "");
  EXPECT_EQ(compare("Equal", "int64[3]", "int64[3]"),
            "  y_1 = Sub (a, b)\n  y_2 = Cast <to: int = 9> (y_1)\n  y = Not (y_2)\n}\n");
  EXPECT_EQ(compare("Less", "int32[3]", "int32[3]"),
            "  y_1 = Max (a, b)\n  y_2 = Sub (y_1, a)\n  y = Cast <to: int = 9> (y_2)\n}\n");
  EXPECT_EQ(compare("Less", "uint8[3]", "uint8[3]"), "");
  EXPECT_EQ(Repaired("(int64[3] a) => (bool[3] y) <int64 b = {16777215}> { y = Less (a, b) }"), "");
  EXPECT_THAT(Repaired("(int64[3] a) => (bool[3] y) <int64 b = {16777216}> { y = Less (a, b) }"),
              HasSubstr("Max"));
  EXPECT_EQ(Repaired("(float[N,M] x, int64[2] a) => (bool[2] y) "
                     "{ s = Shape (x) y = Less (s, a) }"),
            "");
}

TEST(Repair, IntegersStayWithinTheirType) {
  const auto add = [](const std::string& type) {
    return Repaired(
        "(" + type + "[3] a, " + type + "[3] b) => (" + type + "[3] y) { y = Add (a, b) }", 14);
  };
  EXPECT_EQ(add("uint8"),
            "  y_1 = Cast <to: int = 6> (a)\n  y_2 = Cast <to: int = 6> (b)\n"
            "  y_3 = Add (y_1, y_2)\n  y = Cast <to: int = 2> (y_3)\n}\n");
  EXPECT_THAT(add("uint16"), HasSubstr("uint16 is calculated in 32 bits"));
  EXPECT_EQ(add("int32"), "");
  EXPECT_THAT(Repaired("(int32[2,3] x) => (int32[] y) { a = ReduceMean<axes = [0]> (x) "
                       "y = ReduceMean<axes = [1]> (a) }"),
              HasSubstr("a mean of a mean of int32 is rounded once"));
}

TEST(Repair, CopiesWhoseCountsAreComputed) {
  EXPECT_EQ(Repaired("(float[2,3] x, int64[2] r) => (float[] y) { y = Tile (x, r) }"),
            "  y_3 = Gather (r, y_2)\n  y_4 = Concat <axis: int = 0> (y_1, y_3)\n"
            "  y_5 = Tile (x, y_4)\n  y_7 = Gather (r, y_6)\n"
            "  y_8 = Concat <axis: int = 0> (y_7, y_1)\n  y = Tile (y_5, y_8)\n}\n");
  EXPECT_EQ(Repaired("(float[2,3] x, int64[1] n) => (float[] y) <int64[1] one = {1}> "
                     "{ r = Concat<axis = 0> (n, one) y = Tile (x, r) }"),
            "");
}

TEST(Repair, WhatItDoesNotReadIsRefused) {
  EXPECT_THAT(Repaired("(float[1,2,4,8] q, float[1,2,6,8] k, float[1,2,3,8] p) => (float[] y) "
                       "{ y = Attention<is_causal = 1> (q, k, k, \"\", p, p) }",
                       23),
              HasSubstr("is_causal with input 4 (past_key)"));
  EXPECT_THAT(Repaired("(float[1,4,8,1] x) => (float[] y) { y = DFT<onesided = 1> (x) }", 20),
              HasSubstr("onesided is calculated in another way"));
  EXPECT_EQ(Repaired("(float[1,4,8,1] x) => (float[] y) { y = DFT (x) }", 20),
            "  y = DFT <axis: int = 2> (x)\n}\n");
  EXPECT_THAT(Repaired("(float[1,1,4,8] x) => (float[] y) <int64[2] s = {2, 2}> { y = Resize<"
                       "keep_aspect_ratio_policy = \"not_larger\", axes = [2, 3]> "
                       "(x, \"\", \"\", s) }",
                       18),
              HasSubstr("keep_aspect_ratio_policy 'not_larger' is not read"));
  EXPECT_THAT(Repaired("(float[3,1,2] x, float[1,4,2] w, float[1,4,1] r) => (float[] y) "
                       "{ y = LSTM<hidden_size = 1, layout = 1> (x, w, r) }",
                       14),
              HasSubstr("layout 1 (batch in front)"));
}

TEST(Repair, WhatHasNoElements) {
  EXPECT_THAT(Repaired("(float[N,0] x) => (float[] y) { y = Flatten (x) }"),
              HasSubstr("(Flatten) making 'y': its result is empty"));
  EXPECT_EQ(Repaired("(float[N,0] x) => (float[] y) { y = Relu (x) }"), "");
  EXPECT_THAT(Repaired("(float[3,1] x) => (float[] y) <float[0] c = {}> { y = Div (x, c) }"),
              HasSubstr("node 0 (Div) making 'y': its result is empty"));
  EXPECT_EQ(Repaired("(float[3] x) => (float[] y) <float[0] c = {}> "
                     "{ y = Concat<axis = 0> (x, c) }"),
            "");
}

// The lines of warning for a graph.
std::vector<std::string> Doubts(const std::string& graph, int opset = 13) {
  auto model = graph::ParseText(
      fmt::format("<ir_version: 8, opset_import: [\"\" : {}]> g {}", opset, graph));
  EXPECT_TRUE(model && graph::InferTypes(model->get()));
  return FindDoubts((*model)->graph(), {"ordered"});
}

TEST(Doubts, IntegersThatFloatsDoNotHold) {
  EXPECT_THAT(Doubts("(int64[3] a, int64[3] b) => (int64[3] y) { [d] y = Div (a, b) }"),
              ElementsAre(HasSubstr("node 'd' (Div): integers from 16777216 on are rounded")));
  EXPECT_THAT(Doubts("(float[3] a, float[3] b) => (float[3] y) { y = Div (a, b) }"), IsEmpty());
  EXPECT_THAT(Doubts("(float[N,M] x, int64[2] b) => (int64[2] y) { s = Shape (x) y = Div (s, b) }"),
              IsEmpty());
  // Height times width may be too many.
  EXPECT_THAT(Doubts("(float[N,M] x) => (int64 y) { s = Shape (x) y = ReduceProd (s) }"),
              ElementsAre(HasSubstr("(ReduceProd) making 'y'")));
  EXPECT_THAT(Doubts("(float[8,8] x) => (int64 y) { s = Shape (x) y = ReduceProd (s) }"),
              IsEmpty());
  EXPECT_THAT(Doubts("(int64[3] a) => (int64[3] y) <int64 c = {4294967296}> { y = Add (a, c) }"),
              ElementsAre(HasSubstr("64-bit integers are calculated in 32 bits, input 1 holds")));
  EXPECT_THAT(Doubts("(bool[4,4] m) => (int64 y) { a = Cast<to = 7> (m) y = ReduceSum (a) }"),
              IsEmpty());
  EXPECT_THAT(Doubts("(int32[4,4] a) => (int32[] y) { y = ReduceMax (a) }"), SizeIs(1));
  EXPECT_THAT(Doubts("(int32[4,4] a) => (int32[] y) { y = MatMul (a, a) }"), SizeIs(1));
  EXPECT_THAT(Doubts("(int32[4] a) => (int32[] y) <int32 l = {0}> { y = Clip (a, l) }"), SizeIs(1));
  EXPECT_THAT(Doubts("(int32[4] a) => (int32[] y) <int32 l = {0}, int32 h = {9}> "
                     "{ y = Clip (a, l, h) }"),
              IsEmpty());
}

TEST(Doubts, IntegersBeyond32Bits) {
  EXPECT_THAT(
      Doubts("(int32[3] a) => (int64[3] y) <int64 c = {4}> { w = Cast<to = 7> (a) [m] y = "
             "Mul (w, c) }"),
      ElementsAre(HasSubstr("node 'm' (Mul): 64-bit integers are calculated in 32 bits, and "
                            "here they may be as large as 8589934592")));
  EXPECT_THAT(Doubts("(int32[3] a) => (int64[3] y) { w = Cast<to = 7> (a) y = Add (w, w) }"),
              SizeIs(1));
  EXPECT_THAT(Doubts("(uint16[70000] a) => (int64[70000] y) <int64 c = {0}> { w = Cast<to = 7> (a) "
                     "y = CumSum (w, c) }"),
              SizeIs(1));
  EXPECT_THAT(Doubts("(uint16[3] a) => (int64[3] y) <int64 c = {32000}> { w = Cast<to = 7> (a) y = "
                     "Mul (w, c) }"),
              IsEmpty());
  // 32-bit integers wrap around as those of ONNX do.
  EXPECT_THAT(Doubts("(int32[3] a) => (int32[3] y) { y = Add (a, a) }"), IsEmpty());
  // Nothing is known of inputs; height times width is the number of elements of something.
  EXPECT_THAT(Doubts("(int64[3] a) => (int64[3] y) { y = Mul (a, a) }"), IsEmpty());
  EXPECT_THAT(Doubts("(float[N,M] x) => (int64[1] y) <int64[1] i = {0}, int64[1] j = {1}> { s = "
                     "Shape (x) n = Gather (s, i) m = Gather (s, j) y = Mul (n, m) }"),
              IsEmpty());
}

TEST(Doubts, Float64) {
  EXPECT_THAT(
      Doubts("(float[3] a) => (float[3] y) { [c] w = Cast<to = 11> (a) [e] z = Exp (w) [d] "
             "y = Cast<to = 1> (z) }"),
      ElementsAre(HasSubstr("node 'c' (Cast): float64 is calculated in float32"),
                  HasSubstr("node 'e' (Exp): float64"), HasSubstr("node 'd' (Cast): float64")));
  EXPECT_THAT(
      Doubts("(float[3] a) => (bool[3] y) <double[1] c = {0.1}> { w = Cast<to = 11> (a) y = "
             "Less (w, c) }"),
      SizeIs(2));
  EXPECT_THAT(Doubts("(float[3] a) => (float[3] y) { y = Exp (a) }"), IsEmpty());
}

TEST(Doubts, EqualValuesOfTopK) {
  const auto choose = [](const std::string& number, const std::string& indices) {
    return Doubts("(float[9] x) => (float[] v, int64[] i) <int64[1] k = {" + number + "}> { v, " +
                  indices + " = TopK (x, k) i = Identity (" + indices + ") }");
  };
  EXPECT_THAT(choose("3", "j"), ElementsAre(HasSubstr("(TopK) making 'v': of equal values")));
  EXPECT_THAT(choose("3", "ordered"), IsEmpty());
  EXPECT_THAT(choose("1", "j"), IsEmpty());
  EXPECT_THAT(Doubts("(float[9] x) => (float[] v) <int64[1] k = {3}> { v, j = TopK (x, k) }"),
              IsEmpty());
}

TEST(Doubts, StepsOfQuantisation) {
  EXPECT_THAT(Doubts("(float[3] x) => (uint8[3] y) <float s = {0.1}, uint8 z = {3}> "
                     "{ y = QuantizeLinear (x, s, z) }"),
              ElementsAre(HasSubstr("halfway between two steps")));
}

TEST(Repair, NodesInsideOthers) {
  EXPECT_THAT(Repaired("(float[2,3,4] x, bool c) => (float[2,3,4] y) { y = If<"
                       "then_branch = t () => (float[2,3,4] a) { a = Softmax<axis = 1> (x) }, "
                       "else_branch = e () => (float[2,3,4] b) { b = Neg (x) }> (c) }",
                       11),
              HasSubstr("Flatten"));
}

}  // namespace
}  // namespace mmdeploy::openvino
