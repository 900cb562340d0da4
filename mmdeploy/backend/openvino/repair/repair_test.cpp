#include "mmdeploy/backend/openvino/repair/repair.h"

#include <gmock/gmock.h>

#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::openvino {
namespace {

using ::testing::HasSubstr;

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

TEST(Repair, NodesInsideOthers) {
  EXPECT_THAT(Repaired("(float[2,3,4] x, bool c) => (float[2,3,4] y) { y = If<"
                       "then_branch = t () => (float[2,3,4] a) { a = Softmax<axis = 1> (x) }, "
                       "else_branch = e () => (float[2,3,4] b) { b = Neg (x) }> (c) }",
                       11),
              HasSubstr("Flatten"));
}

}  // namespace
}  // namespace mmdeploy::openvino
