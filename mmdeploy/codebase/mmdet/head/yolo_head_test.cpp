#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using testing::Answer;
using ::testing::HasSubstr;

// One stride of 8, two anchors, one class: 12 channels.
const Json kParams = {
    {"anchor_generator", {{"strides", {8}}, {"base_sizes", {{{16, 8}, {4, 4}}}}}}};

// A map of 2 x 3 places where only `anchor` at (row, column) is sure; its numbers are given.
Tensor MapWith(int anchor, int row, int column, const std::vector<float>& numbers) {
  Tensor map = testing::Filled({1, 12, 2, 3}, [](int64_t) { return -20.f; });
  for (size_t i = 0; i < numbers.size(); ++i) {
    map.data<float>()[((6 * anchor + static_cast<int>(i)) * 2 + row) * 3 + column] = numbers[i];
  }
  return map;
}

const ImageMeta kMeta = testing::MetaOfInput(16, 24);

TEST(YoloHead, V3) {
  // Centre ((0.5 + 1) * 8, (0.5 + 1) * 8) = (12, 12), size 4 * e^0.
  EXPECT_EQ(Answer("YOLOV3Head", kParams, {{"m", MapWith(1, 1, 1, {0, 0, 0, 0, 20, 0})}}, kMeta),
            "0:0.500[10 10 14 14] ");
  // Corners are whole pixels inside of the input: 12 - 16 e / 2 is below 0.
  EXPECT_EQ(Answer("YOLOV3Head", kParams, {{"m", MapWith(0, 1, 1, {0, 0, 1, .5f, 0, 20})}}, kMeta),
            "0:0.500[0 5 23 15] ");
}

TEST(YoloHead, V5) {
  // Centre ((2 * 0.5 - 0.5 + 1) * 8) = 12, size (2 * 0.5)^2 * 16 and 8.
  EXPECT_EQ(Answer("YOLOv5Head", kParams, {{"m", MapWith(0, 1, 1, {0, 0, 0, 0, 20, 20})}}, kMeta),
            "0:1.000[4 8 20 15] ");
}

TEST(YoloHead, ObjectnessDecides) {
  // sigmoid(0) = 0.5 is at the threshold; the score itself may be below it.
  Json params = kParams;
  params["score_thr"] = 0.5;
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"m", MapWith(1, 0, 0, {0, 0, 0, 0, 0, 0})}}, kMeta),
            "0:0.250[2 2 6 6] ");
  params["score_thr"] = 0.51;
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"m", MapWith(1, 0, 0, {0, 0, 0, 0, 0, 0})}}, kMeta), "");
}

TEST(YoloHead, MapsFindTheirStridesInAnyOrder) {
  const Json params = {{"anchor_generator",
                        {{"strides", {{16, 16}, {8, 8}}}, {"base_sizes", {{{9, 9}}, {{4, 4}}}}}}};
  const auto sure = [](const Shape& shape) {
    return testing::Filled(shape,
                           [&](int64_t i) { return i < 4 * shape[2] * shape[3] ? 0.f : 20.f; });
  };
  const Tensor coarse = sure({1, 6, 1, 1}), fine = sure({1, 6, 2, 2});
  const ImageMeta meta = testing::MetaOfInput(16, 16);
  const std::string expected =
      "0:1.000[3 3 12 12] 0:1.000[2 2 6 6] 0:1.000[10 2 14 6] 0:1.000[2 10 6 14] "
      "0:1.000[10 10 14 14] ";
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"a", coarse}, {"b", fine}}, meta), expected);
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"a", fine}, {"b", coarse}}, meta), expected);
}

// Of an input that is no multiple of the strides: sizes are 3 and 2 (rounded up), or 2 and 1.
TEST(YoloHead, SizesOfMapsAreRounded) {
  const Json params = {
      {"anchor_generator", {{"strides", {8, 16}}, {"base_sizes", {{{4, 4}}, {{9, 9}}}}}},
      {"score_thr", 0.7}};
  // Only the first place of a map is sure; at stride 8 its centre is 4, at 16 it is 8.
  const auto sure = [](int64_t side) {
    return testing::Filled({1, 6, side, side}, [&](int64_t i) {
      return i < 4 * side * side ? 0.f : i % (side * side) == 0 ? 20.f : -20.f;
    });
  };
  const ImageMeta meta = testing::MetaOfInput(20, 20);
  const std::string expected = "0:1.000[2 2 6 6] 0:1.000[3 3 12 12] ";
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"a", sure(2)}, {"b", sure(3)}}, meta), expected);
  EXPECT_EQ(Answer("YOLOV3Head", params, {{"a", sure(1)}, {"b", sure(2)}}, meta), expected);
  EXPECT_THAT(Answer("YOLOV3Head", params, {{"a", sure(3)}, {"b", sure(3)}}, meta),
              HasSubstr("no map belongs to stride 16"));
}

TEST(YoloHead, RefusesOtherMaps) {
  const Tensor map = MapWith(0, 0, 0, {});
  EXPECT_THAT(Answer("YOLOV3Head", kParams, {{"m", map}}, testing::MetaOfInput(32, 24)),
              HasSubstr("no map belongs to stride 8 of an input of 32x24 pixels (height x width), "
                        "left: 'm' 2x3"));
  EXPECT_THAT(Answer("YOLOV3Head", kParams, {{"m", map}, {"n", map}}, kMeta),
              HasSubstr("the network has 2 outputs, expected 1 maps"));
  EXPECT_THAT(
      Answer("YOLOV3Head", kParams, {{"m", testing::Floats({1, 11, 1, 1}, std::vector<float>(11))}},
             testing::MetaOfInput(8, 8)),
      HasSubstr("output 'm': 11 channels, expected 2 anchors x (5 + n classes)"));
  Json params = kParams;
  params["num_classes"] = 3;
  EXPECT_THAT(Answer("YOLOV3Head", params, {{"m", map}}, kMeta),
              HasSubstr("12 channels, expected 2 anchors x (5 + 3 classes)"));
  EXPECT_THAT(
      testing::LoadError("YOLOV3Head", params, {{"m", DataType::kFloat32, {1, 12, -1, -1}, {}}}),
      HasSubstr("'m': 12 channels, expected 2 anchors x (5 + 3 classes)"));
  EXPECT_THAT(
      testing::LoadError("YOLOv5Head", kParams, {{"m", DataType::kInt32, {1, 12, 2, 3}, {}}}),
      HasSubstr("'m' is int32 1x12x2x3, expected a map: float32 of 4 dimensions"));
}

TEST(YoloHead, RefusesOtherParams) {
  const auto error = [](const Json& params) { return Answer("YOLOV3Head", params, {}, kMeta); };
  EXPECT_THAT(error(Json::object()), HasSubstr("anchor_generator"));
  EXPECT_THAT(error({{"anchor_generator", {{"strides", {8, 16}}, {"base_sizes", {{{1, 1}}}}}}}),
              HasSubstr("1 lists of sizes, expected one for each of 2 strides"));
  EXPECT_THAT(error({{"anchor_generator", {{"strides", {8}}, {"base_sizes", {{{1, 1, 1}}}}}}}),
              HasSubstr("expected pairs [width, height] of positive numbers"));
  EXPECT_THAT(
      error({{"anchor_generator", {{"strides", {{8, 4}}}, {"base_sizes", {{{1, 1}}}}}}}),
      HasSubstr("expected numbers of 1 to 4096 (or pairs of equal ones), found an array of 2"));
}

}  // namespace
}  // namespace mmdeploy
