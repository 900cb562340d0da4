#include <gmock/gmock.h>

#include <cmath>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using testing::Floats;
using ::testing::HasSubstr;

Json Params(bool class_agnostic, const Json& coder = Json::object()) {
  return {{"num_classes", 2}, {"reg_class_agnostic", class_agnostic}, {"bbox_coder", coder}};
}

Result<NamedTensors> Decode(const Json& params, const Tensor& rois, const Tensor& cls_score,
                            const Tensor& bbox_pred) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmdet", "BBoxHead", params, 3));
  Sample sample;
  sample.meta = testing::MetaOfInput(100, 200);
  const std::vector<Value> inputs{
      Value(std::move(sample)), Value(NamedTensors{{"rois", rois}}),
      Value(NamedTensors{{"cls_score", cls_score}, {"bbox_pred", bbox_pred}})};
  MMDEPLOY_TRY(const auto outputs, head->Run(inputs, {}));
  return outputs[0].tensors();
}

std::vector<float> Numbers(const NamedTensors& tensors, const std::string& name) {
  const Tensor& tensor = *Find(tensors, name);
  return {tensor.data<float>(), tensor.data<float>() + tensor.num_elements()};
}

const Tensor kRoi = Floats({1, 5}, {0, 10, 20, 30, 60});
const Tensor kEqual = Floats({1, 3}, {1, 1, 1});

TEST(BBoxHead, MovesAndScales) {
  const float twice = std::log(2.f);
  const auto found = Decode(Params(true, {{"target_stds", {0.5, 0.5, 1, 1}}}), kRoi, kEqual,
                            Floats({1, 4}, {.5f, -.5f, twice, 0}));
  ASSERT_TRUE(found) << found.error().message();
  // Centre (20, 40) moves by (5, -10), the width becomes 40.
  EXPECT_THAT(Numbers(*found, "boxes"),
              ElementsAre(FloatNear(5, 1e-4f), 10, FloatNear(45, 1e-4f), 50));
  EXPECT_THAT(Numbers(*found, "scores"),
              ElementsAre(FloatNear(1 / 3.f, 1e-6f), FloatNear(1 / 3.f, 1e-6f)));
}

TEST(BBoxHead, ClipsToTheInput) {
  const Tensor deltas = Floats({1, 4}, {0, 0, 3, 3});
  const auto clipped = Decode(Params(true), kRoi, kEqual, deltas);
  ASSERT_TRUE(clipped);
  EXPECT_THAT(Numbers(*clipped, "boxes"), ElementsAre(0, 0, 200, 100));
  // Sides grow 62.5-fold at most.
  const auto whole =
      Decode(Params(true, {{"clip_border", false}}), kRoi, kEqual, Floats({1, 4}, {0, 0, 99, -99}));
  ASSERT_TRUE(whole);
  const auto boxes = Numbers(*whole, "boxes");
  EXPECT_NEAR(boxes[2] - boxes[0], 20 * 62.5, 1e-2);
  EXPECT_NEAR(boxes[3] - boxes[1], 40 / 62.5, 1e-4);
}

TEST(BBoxHead, EachClassHasABox) {
  const Tensor deltas = Floats({1, 8}, {0, 0, 0, 0, 1, 0, 0, 0});
  const auto found = Decode(Params(false), kRoi, kEqual, deltas);
  ASSERT_TRUE(found);
  EXPECT_EQ(Find(*found, "boxes")->shape(), (Shape{1, 1, 2, 4}));
  EXPECT_THAT(Numbers(*found, "boxes"), ElementsAre(10, 20, 30, 60, 30, 20, 50, 60));
}

TEST(BBoxHead, ABoxBesideTheInputIsOne) {
  // That of the first class; mmdet answers it, too.
  const auto found = Decode(Params(false), kRoi, kEqual, Floats({1, 8}, {-5, 0, 0, 0, 0, 0, 0, 0}));
  ASSERT_TRUE(found);
  EXPECT_THAT(Numbers(*found, "boxes"), ElementsAre(0, 20, 0, 60, 10, 20, 30, 60));
  EXPECT_THAT(Numbers(*found, "scores"),
              ElementsAre(FloatNear(1 / 3.f, 1e-6f), FloatNear(1 / 3.f, 1e-6f)));
}

TEST(BBoxHead, LargeLogitsAreNoTrouble) {
  const auto found =
      Decode(Params(true), kRoi, Floats({1, 3}, {1e4f, 0, -1e4f}), Floats({1, 4}, {0, 0, 0, 0}));
  ASSERT_TRUE(found);
  EXPECT_THAT(Numbers(*found, "scores"), ElementsAre(1, 0));
}

TEST(BBoxHead, ARegionWithoutAreaIsNone) {
  const auto found =
      Decode(Params(true), Floats({2, 5}, {0, 0, 0, 0, 0, 0, 10, 20, 30, 60}),
             Floats({2, 3}, {9, 0, 0, 9, 0, 0}), Floats({2, 4}, std::vector<float>(8)));
  ASSERT_TRUE(found);
  const auto scores = Numbers(*found, "scores");
  EXPECT_EQ(scores[0], 0);
  EXPECT_EQ(scores[1], 0);
  EXPECT_GT(scores[2], 0.9f);
}

TEST(BBoxHead, RefusesAWrongNumberOfClasses) {
  const auto error = [](const Json& params, const Tensor& cls_score, const Tensor& bbox_pred) {
    return Decode(params, kRoi, cls_score, bbox_pred).error().message();
  };
  const Tensor four = Floats({1, 4}, {0, 0, 0, 0});
  EXPECT_THAT(error(Params(true), four, four),
              HasSubstr("'cls_score' has shape 1x4, expected 1x3; check `num_classes`"));
  EXPECT_THAT(error(Params(false), kEqual, four),
              HasSubstr("'bbox_pred' has shape 1x4, expected 1x8; check `num_classes` and "
                        "`reg_class_agnostic`"));
  EXPECT_THAT(error(Params(true, {{"type", "TBLRBBoxCoder"}}), kEqual, four),
              HasSubstr("TBLRBBoxCoder"));
  EXPECT_THAT(error(Params(true, {{"add_ctr_clamp", true}}), kEqual, four),
              HasSubstr("/bbox_coder/add_ctr_clamp: found true, allowed: false"));
  EXPECT_TRUE(
      Decode(Params(true, {{"add_ctr_clamp", false}, {"ctr_clamp", 32}}), kRoi, kEqual, four));
  EXPECT_THAT(error(Params(true, {{"target_stds", {1, 2}}}), kEqual, four),
              HasSubstr("expected 4 numbers, found 2"));
  const std::vector<StaticTensor> known{{"cls_score", DataType::kFloat32, {-1, 81}, {}},
                                        {"bbox_pred", DataType::kFloat32, {-1, 320}, {}}};
  EXPECT_THAT(testing::LoadError("BBoxHead", Params(false), known, 3),
              HasSubstr("'cls_score' has 81 columns, expected 3"));
  EXPECT_THAT(testing::LoadError("BBoxHead", Params(false), known, 2), HasSubstr("2 inputs"));
}

}  // namespace
}  // namespace mmdeploy
