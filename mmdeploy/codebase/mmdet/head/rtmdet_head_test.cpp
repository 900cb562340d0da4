#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using testing::Answer;
using testing::Floats;
using ::testing::HasSubstr;

constexpr const char* kHead = "RTMDetSepBNHead";
const Json kParams = {{"anchor_generator", {{"strides", {8, 16}}}}, {"score_thr", 0.5}};
const ImageMeta kMeta = testing::MetaOfInput(16, 16);

// Scores of 3 classes: class 1 of the second place is sure.
const Tensor kFine = Floats({1, 3, 2, 2}, {-9, -9, -9, -9, -9, 20, -9, -9, -9, 1, -9, -9});
const Tensor kCoarse = Floats({1, 3, 1, 1}, {-9, -9, 0});
const Tensor kFineSides = Floats({1, 4, 2, 2}, {1, 2, 1, 1, 0, 0, 0, 0, 1, 3, 1, 1, 1, 4, 1, 1});
const Tensor kCoarseSides = Floats({1, 4, 1, 1}, {0, 0, 6, 12});

TEST(RtmdetHead, DistancesAreInPixels) {
  const NamedTensors outputs{
      {"a0", kFine}, {"a1", kCoarse}, {"b0", kFineSides}, {"b1", kCoarseSides}};
  // The place (8, 0) and (0, 0); sigmoid(0) is at the threshold.
  EXPECT_EQ(Answer(kHead, kParams, outputs, kMeta), "1:1.000[6 0 11 4] 2:0.500[0 0 6 12] ");
  Json params = kParams;
  params["anchor_generator"]["offset"] = 0.5;
  EXPECT_EQ(Answer(kHead, params, outputs, kMeta), "1:1.000[10 4 15 8] 2:0.500[8 8 14 15] ");
  params["score_thr"] = 0.51;
  EXPECT_EQ(Answer(kHead, params, outputs, kMeta), "1:1.000[10 4 15 8] ");
}

TEST(RtmdetHead, HalvesAndStridesAreFoundByTheirShapes) {
  EXPECT_EQ(
      Answer(kHead, kParams,
             {{"a0", kCoarseSides}, {"a1", kFineSides}, {"b0", kCoarse}, {"b1", kFine}}, kMeta),
      "1:1.000[6 0 11 4] 2:0.500[0 0 6 12] ");
}

TEST(RtmdetHead, FourClassesGoByName) {
  const Json params = {{"anchor_generator", {{"strides", {16}}}}, {"score_thr", 0.5}};
  const Tensor classes = Floats({1, 4, 1, 1}, {-9, -9, -9, 20});
  const Tensor sides = Floats({1, 4, 1, 1}, {0, 0, 6, 12});
  EXPECT_EQ(Answer(kHead, params, {{"b", sides}, {"a", classes}}, kMeta), "3:1.000[0 0 6 12] ");
}

TEST(RtmdetHead, RefusesOtherMaps) {
  EXPECT_THAT(Answer(kHead, kParams,
                     {{"a0", kFine}, {"a1", kCoarse}, {"b0", kFine}, {"b1", kCoarseSides}}, kMeta),
              HasSubstr("no half of the outputs are maps of distances [1,4,h,w]"));
  EXPECT_THAT(Answer(kHead, kParams, {{"a0", kFine}, {"b0", kFineSides}}, kMeta),
              HasSubstr("the network has 2 outputs, expected 4 maps"));
  EXPECT_THAT(testing::LoadError(kHead, kParams, {{"a", DataType::kFloat32, {1, 4, 2, 2}, {}}}),
              HasSubstr("this component reads 4 maps, the network has 1 outputs: 'a'"));
  EXPECT_THAT(Answer(kHead, {{"anchor_generator", {{"strides", Json::array()}}}}, {}, kMeta),
              HasSubstr("expected an array of numbers"));
}

}  // namespace
}  // namespace mmdeploy
