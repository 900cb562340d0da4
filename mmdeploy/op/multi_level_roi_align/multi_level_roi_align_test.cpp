#include "mmdeploy/op/multi_level_roi_align/multi_level_roi_align.h"

#include <gmock/gmock.h>

#include "mmdeploy/op/roi_align/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "MMCVMultiLevelRoiAlign"); }
const OpDef& Detectron() {
  return *FindOp("org.openvinotoolkit", "ExperimentalDetectronROIFeatureExtractor");
}

testing::AttributeMap Attributes(int64_t pool_mode = 1, float factor = -1, int64_t aligned = 1) {
  return {{"output_height", int64_t{2}},
          {"output_width", int64_t{3}},
          {"pool_mode", pool_mode},
          {"sampling_ratio", int64_t{0}},
          {"roi_scale_factor", factor},
          {"finest_scale", int64_t{8}},
          {"featmap_strides", std::vector<float>{1, 2, 4}},
          {"aligned", aligned}};
}

testing::Inputs InputsWith(const Tensor& rois, int64_t channels = 5) {
  return {rois, testing::Random({2, channels, 40, 36}), testing::Random({2, channels, 20, 18}),
          testing::Random({2, channels, 10, 9})};
}

TEST(MultiLevelRoiAlign, LevelOfABox) {
  using multi_level_roi_align::LevelOf;
  EXPECT_EQ(LevelOf(10, 10, 56, 4), 0);
  EXPECT_EQ(LevelOf(111, 111, 56, 4), 0);
  EXPECT_EQ(LevelOf(112, 112, 56, 4), 1);
  EXPECT_EQ(LevelOf(56, 1000, 56, 4), 2);
  EXPECT_EQ(LevelOf(1e30f, 1e30f, 56, 4), 3);
  EXPECT_EQ(LevelOf(-3, 3, 56, 4), 0);
  EXPECT_EQ(LevelOf(0, 3, 56, 4), 0);
}

TEST(MultiLevelRoiAlign, MatchesReference) {
  for (const int64_t pool_mode : {0, 1}) {
    for (const float factor : {-1.f, 1.7f}) {
      for (const int64_t aligned : {0, 1}) {
        const auto attributes = Attributes(pool_mode, factor, aligned);
        for (const int64_t rois : {0, 1, 30}) {
          testing::ExpectMatchesReference(Op(), attributes,
                                          InputsWith(testing::RandomBoxes(rois, 2, 40)));
        }
        testing::ExpectMatchesReference(Op(), attributes, InputsWith(testing::StrangeBoxes()));
      }
    }
  }
}

// A box of level 1 gives what roi_align gives of that map.
TEST(MultiLevelRoiAlign, IsRoiAlignOfTheLevel) {
  const OpDef& single = *FindOp("mmdeploy", "MMCVRoiAlign");
  const auto rois = testing::Filled<float>({1, 5}, {1, 2, 3, 20, 24});
  const auto inputs = InputsWith(rois);
  const auto multi =
      testing::Run(Op(), testing::MakeAttributes(Op(), Attributes()), Op().run, inputs);
  const auto one = testing::Run(single,
                                testing::MakeAttributes(single, {{"output_height", int64_t{2}},
                                                                 {"output_width", int64_t{3}},
                                                                 {"spatial_scale", 0.5f},
                                                                 {"mode", "avg"}}),
                                single.run, {inputs[2], rois});
  ASSERT_TRUE(multi && one);
  for (int64_t i = 0; i < (*one)[0].num_elements(); ++i) {
    EXPECT_EQ((*multi)[0].data<float>()[i], (*one)[0].data<float>()[i]);
  }
}

TEST(MultiLevelRoiAlign, OpenVinoFormHasNoImages) {
  const testing::AttributeMap attributes{{"output_size", int64_t{3}},
                                         {"pyramid_scales", std::vector<int64_t>{1, 2, 4}},
                                         {"sampling_ratio", int64_t{2}},
                                         {"image_id", int64_t{1}},
                                         {"aligned", int64_t{1}}};
  for (const int64_t rois : {0, 1, 20}) {
    auto boxes = testing::Random({rois, 4}, 0, 20);
    for (int64_t i = 0; i < rois; ++i) {
      for (int k = 2; k < 4; ++k) boxes.data<float>()[4 * i + k] *= static_cast<float>(15 * i + 1);
    }
    testing::ExpectMatchesReference(Detectron(), attributes, InputsWith(boxes));
  }
  auto other = attributes;
  other["image_id"] = int64_t{2};
  EXPECT_THAT(testing::RunError(Detectron(), other, InputsWith(testing::Random({1, 4}))),
              HasSubstr("roi 0 is in image 2, allowed: 0 to 1"));
}

TEST(MultiLevelRoiAlignErrors, NameWhatIsWrong) {
  auto inputs = InputsWith(testing::RandomBoxes(2, 2, 30));
  inputs[0]->data<float>()[5] = 7;
  EXPECT_THAT(
      testing::RunError(Op(), Attributes(), inputs),
      HasSubstr("'mmdeploy::MMCVMultiLevelRoiAlign': roi 1 is in image 7, allowed: 0 to 1"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(), {inputs[0], inputs[1]}),
              HasSubstr("1 maps and 3 values of attribute 'featmap_strides', expected as many"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(), {inputs[0]}),
              HasSubstr("input 1 'feats' is missing"));
  EXPECT_THAT(testing::RunError(Op(), Attributes(),
                                {inputs[0], inputs[1], inputs[2], testing::Random({2, 4, 10, 9})}),
              HasSubstr("expected the same channels"));
  auto attributes = Attributes();
  attributes["featmap_strides"] = std::vector<float>{1, 0, 4};
  EXPECT_THAT(testing::AttributesError(Op(), attributes),
              HasSubstr("attribute 'featmap_strides' is 0"));
}

}  // namespace
}  // namespace mmdeploy::op
