#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::ElementsAre;
using testing::Filled;
using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "TRTBatchedNMS"); }

testing::AttributeMap Options(int64_t topk, int64_t keep, float iou = 0.5f, int64_t clip = 0,
                              int64_t background = -1) {
  return {{"topk", topk},
          {"keep_topk", keep},
          {"iou_threshold", iou},
          {"clip_boxes", clip},
          {"num_classes", int64_t{3}},
          {"score_threshold", 0.1f},
          {"background_label_id", background}};
}

Tensor RandomBoxes(const Shape& shape) {
  Tensor boxes = testing::Random(shape, 0, 1, 1);
  for (int64_t i = 0; i < boxes.num_elements(); i += 4) {
    boxes.data<float>()[i + 2] = boxes.data<float>()[i] + 0.3f;
    boxes.data<float>()[i + 3] = boxes.data<float>()[i + 1] + 0.3f;
  }
  return boxes;
}

TEST(BatchedNms, MatchesReference) {
  const auto scores = testing::Random({2, 97, 3}, 0, 1);
  for (const auto& boxes :
       {RandomBoxes({2, 97, 1, 4}), RandomBoxes({2, 97, 3, 4}), RandomBoxes({2, 97, 4})}) {
    for (const auto& options :
         {Options(20, 10), Options(0, 200), Options(-1, -1, 0.f), Options(5, 500, 1.f, 1, 1)}) {
      testing::ExpectMatchesReference(Op(), options, {boxes, scores});
    }
  }
}

std::vector<Tensor> RunOne(const testing::AttributeMap& options, const std::vector<float>& boxes,
                           const std::vector<float>& scores, int64_t classes) {
  const auto count = static_cast<int64_t>(boxes.size()) / 4;
  return *testing::Run(
      Op(), testing::MakeAttributes(Op(), options), Op().run,
      {Filled<float>({1, count, 1, 4}, boxes), Filled<float>({1, count, classes}, scores)});
}

TEST(BatchedNms, FillsUpWithNothing) {
  const auto outputs =
      RunOne(Options(0, 3), {0, 0, 2, 2, 5, 5, 6, 6}, {0.3f, 0.05f, 0.0f, 0.9f}, 2);
  const auto* dets = outputs[0].data<float>();
  EXPECT_THAT(std::vector<float>(dets, dets + 15),
              ElementsAre(5, 5, 6, 6, 0.9f, 0, 0, 2, 2, 0.3f, 0, 0, 0, 0, 0));
  const auto *labels = outputs[1].data<int32_t>(), *index = outputs[2].data<int32_t>();
  EXPECT_THAT(std::vector<int>(labels, labels + 3), ElementsAre(1, 0, -1));
  EXPECT_THAT(std::vector<int>(index, index + 3), ElementsAre(1, 0, -1));
}

TEST(BatchedNms, ClipsAndLeavesOutTheBackground) {
  const auto outputs = RunOne(Options(0, 2, 0.5f, 1, 0), {-1, 0.25f, 2, 0.5f}, {0.9f, 0.8f}, 2);
  const auto* dets = outputs[0].data<float>();
  EXPECT_THAT(std::vector<float>(dets, dets + 5), ElementsAre(0, 0.25f, 1, 0.5f, 0.8f));
  EXPECT_EQ(outputs[1].data<int32_t>()[0], 1);
}

TEST(BatchedNms, NoBoxesAndScoresOfTheDocumentation) {
  testing::ExpectMatchesReference(Op(), Options(0, 4),
                                  {testing::Random({1, 0, 1, 4}), testing::Random({1, 0, 3})});
  testing::ExpectMatchesReference(Op(), Options(0, 4),
                                  {RandomBoxes({1, 9, 3, 4}), testing::Random({1, 9, 1, 3}, 0, 1)});
}

TEST(BatchedNms, Errors) {
  EXPECT_THAT(testing::AttributesError(Op(), {{"iou_threshold", 0.5f}}),
              HasSubstr("attribute 'keep_topk' is missing"));
  EXPECT_THAT(testing::RunError(Op(), Options(0, 4),
                                {testing::Random({1, 5, 2, 4}), testing::Random({1, 5, 3})}),
              HasSubstr("the same number of classes"));
  EXPECT_THAT(testing::RunError(Op(), Options(0, 4),
                                {testing::Random({1, 5, 1, 5}), testing::Random({1, 5, 3})}),
              HasSubstr("expected 4 for dimension 3 (numbers of a box)"));
  EXPECT_THAT(
      testing::RunError(Op(), Options(0, 4), {testing::Random({5, 4}), testing::Random({1, 5, 3})}),
      HasSubstr("expected 3 or 4 dimensions"));
}

}  // namespace
}  // namespace mmdeploy::op
