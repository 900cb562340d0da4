#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using testing::Floats;
using ::testing::HasSubstr;

constexpr const char* kHead = "SingleRoIExtractor";

Json Params(const Json& more = Json::object()) {
  Json params = {{"roi_layer", {{"type", "RoIAlign"}, {"output_size", 1}, {"sampling_ratio", 1}}},
                 {"featmap_strides", {4, 8}},
                 {"iou_threshold", 0.7},
                 {"score_threshold", 0},
                 {"keep_top_k", 3}};
  params.update(more);
  return params;
}

Result<NamedTensors> Extract(const Json& params, NamedTensors outputs) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmdet", kHead, params, 1));
  MMDEPLOY_TRY(const Value value, testing::RunHead(*head, std::move(outputs)));
  return value.tensors();
}

std::vector<float> Numbers(const Tensor& tensor) {
  return {tensor.data<float>(), tensor.data<float>() + tensor.num_elements()};
}

// Maps whose pixels tell the level; boxes of both levels.
NamedTensors Outputs(const std::vector<float>& scores) {
  return {{"feat.0", testing::Filled({1, 1, 40, 40}, [](int64_t) { return 7.f; })},
          {"feat.1", testing::Filled({1, 1, 20, 20}, [](int64_t) { return 9.f; })},
          {"boxes", Floats({1, 3, 4}, {0, 0, 40, 40,       //
                                       0, 0, 40, 41,       // overlaps the first
                                       8, 8, 128, 128})},  // of the second level
          {"scores", Floats({1, 3, 1}, scores)}};
}

TEST(SingleRoiExtractor, BoxesBecomeRegionsOfTheirLevels) {
  const auto found = Extract(Params(), Outputs({.5f, .25f, .75f}));
  ASSERT_TRUE(found) << found.error().message();
  // Behind the two that stay a row of zeros.
  EXPECT_THAT(Numbers(*Find(*found, "rois")),
              ElementsAre(0, 8, 8, 128, 128, 0, 0, 0, 40, 40, 0, 0, 0, 0, 0));
  EXPECT_THAT(Numbers(*Find(*found, "bbox_feats")), ElementsAre(9, 7, 7));
  EXPECT_EQ(Find(*found, "bbox_feats")->shape(), (Shape{3, 1, 1, 1}));
}

TEST(SingleRoiExtractor, CountsAsTheGraphDoes) {
  // No room for the row of zeros.
  const auto best = Extract(Params({{"keep_top_k", 1}}), Outputs({.5f, .25f, .75f}));
  ASSERT_TRUE(best);
  EXPECT_THAT(Numbers(*Find(*best, "rois")), ElementsAre(0, 8, 8, 128, 128));
  // Nothing at all leaves one row, so that the engine has something to run.
  const auto none = Extract(Params({{"score_threshold", 0.9}}), Outputs({.5f, .25f, .75f}));
  ASSERT_TRUE(none);
  EXPECT_THAT(Numbers(*Find(*none, "rois")), ElementsAre(0, 0, 0, 0, 0));
}

TEST(SingleRoiExtractor, OnlyTheBestOfALevelTakePart) {
  // The best two boxes of the first level overlap each other; of the second level there is one.
  auto outputs = Outputs({});
  outputs[2].second =
      Floats({1, 4, 4}, {0, 0, 40, 40, 0, 0, 40, 41, 60, 0, 90, 30, 8, 8, 128, 128});
  outputs[3].second = Floats({1, 4, 2}, {.75f, 0, .5f, 0, .25f, 0, 0, .125f});
  const auto rois = [&](int nms_pre) {
    return Numbers(*Find(*Extract(Params({{"nms_pre", nms_pre}}), outputs), "rois"));
  };
  const auto all = ElementsAre(0, 0, 0, 40, 40, 0, 60, 0, 90, 30, 0, 8, 8, 128, 128);
  EXPECT_THAT(rois(-1), all);
  EXPECT_THAT(rois(3), all);
  EXPECT_THAT(rois(2), ElementsAre(0, 0, 0, 40, 40, 0, 8, 8, 128, 128, 0, 0, 0, 0, 0));
  // Of equal scores the first ones.
  outputs[3].second = Floats({1, 4, 2}, {.5f, 0, .5f, 0, .5f, 0, 0, .125f});
  EXPECT_THAT(rois(2), ElementsAre(0, 0, 0, 40, 40, 0, 8, 8, 128, 128, 0, 0, 0, 0, 0));
}

TEST(SingleRoiExtractor, KnowsBothNamesOfMaps) {
  auto outputs = Outputs({.5f, .25f, .75f});
  outputs[0].first = "feat/0";
  outputs[1].first = "feat/1";
  EXPECT_TRUE(Extract(Params(), outputs));
  outputs[1].first = "feat/2";
  EXPECT_THAT(Extract(Params(), outputs).error().message(),
              HasSubstr("the network has no output 'feat.1'"));
}

TEST(SingleRoiExtractor, RefusesOtherParamsAndOutputs) {
  const auto error = [](const Json& params) { return Extract(params, {}).error().message(); };
  EXPECT_THAT(error(Params({{"roi_layer", {{"type", "RoIPool"}, {"output_size", 7}}}})),
              HasSubstr("RoIPool"));
  EXPECT_THAT(error(Params({{"roi_layer", {{"output_size", {7, 0}}}}})),
              HasSubstr("expected a positive number, or two of them"));
  EXPECT_THAT(error(Params({{"featmap_strides", {0, 4}}})), HasSubstr("featmap_strides"));
  EXPECT_THAT(error(Params({{"nms_pre", -2}})), HasSubstr("nms_pre"));
  EXPECT_THAT(error({{"featmap_strides", {4}}}), HasSubstr("roi_layer"));
  auto outputs = Outputs({.5f, .25f, .75f});
  outputs[1].second = testing::Filled({1, 2, 20, 20}, [](int64_t) { return 0.f; });
  EXPECT_THAT(Extract(Params(), outputs).error().message(), HasSubstr("channels"));
  EXPECT_THAT(
      testing::LoadError(kHead, Params(), {{"boxes", DataType::kFloat32, {1, -1, 4}, {}}}, 1),
      HasSubstr("reads the network's output 'scores'"));
  EXPECT_THAT(testing::LoadError(kHead, Params(), {}, 2), HasSubstr("2 inputs, expected"));
}

}  // namespace
}  // namespace mmdeploy
