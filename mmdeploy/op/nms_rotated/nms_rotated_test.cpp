#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "mmdeploy/op/nms/nms.h"
#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::ElementsAre;
using testing::Filled;
using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "NMSRotated"); }

testing::AttributeMap Thresholds(float iou, float score) {
  return {{"iou_threshold", iou}, {"score_threshold", score}};
}

// Boxes at random places of a square image, of random sizes and angles.
Tensor RandomBoxes(int64_t images, int64_t count, float image_size, float box_size) {
  Tensor boxes = testing::Random({images, count, 5}, 0, image_size, 1);
  const Tensor sizes = testing::Random({images, count, 3}, 0, 1, 2);
  for (int64_t i = 0; i < images * count; ++i) {
    float* box = boxes.data<float>() + 5 * i;
    box[2] = 1 + sizes.data<float>()[3 * i] * box_size;
    box[3] = 1 + sizes.data<float>()[3 * i + 1] * box_size;
    box[4] = (sizes.data<float>()[3 * i + 2] - 0.5f) * 7;
  }
  return boxes;
}

std::vector<int64_t> Kept(const std::vector<float>& boxes, const std::vector<float>& scores,
                          float iou, float score = 0) {
  const auto count = static_cast<int64_t>(scores.size());
  const auto outputs =
      *testing::Run(Op(), testing::MakeAttributes(Op(), Thresholds(iou, score)), Op().run,
                    {Filled<float>({1, count, 5}, boxes), Filled<float>({1, 1, count}, scores)});
  std::vector<int64_t> kept;
  for (int64_t i = 0; i < outputs[0].shape()[0]; ++i) {
    kept.push_back(outputs[0].data<int64_t>()[3 * i + 2]);
  }
  return kept;
}

TEST(RotatedIou, KnownOverlaps) {
  const float square[] = {10, 20, 2, 2, 0};
  const float turned[] = {10, 20, 2, 2, static_cast<float>(M_PI / 4)};
  const float beside[] = {11, 20, 2, 2, 0};
  const float far[] = {30, 20, 2, 2, 1};
  const float inner[] = {10, 20, 1, 1, 0.3f};
  EXPECT_NEAR(nms::RotatedIou(square, square), 1, 1e-9);
  EXPECT_NEAR(nms::RotatedIou(square, beside), 1. / 3, 1e-9);
  // A regular octagon.
  const double octagon = 8 * (std::sqrt(2.) - 1);
  EXPECT_NEAR(nms::RotatedIou(square, turned), octagon / (8 - octagon), 1e-6);
  EXPECT_EQ(nms::RotatedIou(square, far), 0);
  EXPECT_NEAR(nms::RotatedIou(square, inner), 0.25, 1e-6);
}

TEST(NmsRotated, MatchesReference) {
  for (const float iou : {0.f, 0.1f, 0.5f, 0.9f, 1.f}) {
    SCOPED_TRACE(iou);
    testing::ExpectMatchesReference(
        Op(), Thresholds(iou, 0.3f),
        {RandomBoxes(2, 137, 60, 20), testing::Random({2, 3, 137}, 0, 1)});
  }
}

TEST(NmsRotated, FarFromTheOriginSmallBoxes) {
  Tensor boxes = RandomBoxes(1, 200, 20, 4);
  for (int64_t i = 0; i < 200; ++i) boxes.data<float>()[5 * i] += 30000;
  testing::ExpectMatchesReference(Op(), Thresholds(0.3f, 0),
                                  {boxes, testing::Random({1, 1, 200}, 0, 1)});
}

TEST(NmsRotated, NoBoxesNoClassesNoImages) {
  for (const auto& [images, classes, count] :
       {std::array<int64_t, 3>{1, 2, 0}, {1, 0, 4}, {0, 2, 4}}) {
    testing::ExpectMatchesReference(
        Op(), Thresholds(0.5f, 0),
        {testing::Random({images, count, 5}), testing::Random({images, classes, count})});
  }
}

TEST(NmsRotated, OrdersByScoreThenByBox) {
  const std::vector<float> apart{0, 0, 1, 1, 0, 9, 0, 1, 1, 0, 18, 0, 1, 1, 0, 27, 0, 1, 1, 0};
  EXPECT_THAT(Kept(apart, {0.5f, 0.9f, 0.5f, 0.1f}, 0.5f, 0.1f), ElementsAre(1, 0, 2));
}

TEST(NmsRotated, IdenticalBoxesKeepOne) {
  const std::vector<float> same{5, 5, 4, 2, 1, 5, 5, 4, 2, 1, 5, 5, 4, 2, 1};
  EXPECT_THAT(Kept(same, {0.2f, 0.4f, 0.3f}, 0.5f), ElementsAre(1));
  // No overlap exceeds 1.
  EXPECT_EQ(Kept(same, {0.2f, 0.4f, 0.3f}, 1.f).size(), 3u);
}

TEST(NmsRotated, BoxesWithoutAnAreaAndNumbersThatAreNone) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  const std::vector<float> boxes{5, 5, 0, 2,    0, 5,    5, 0, 2, 0, 5, 5, 4,    4, 0,
                                 5, 5, 4, kNan, 0, kNan, 5, 4, 4, 0, 5, 5, kInf, 4, 0,
                                 5, 5, 4, 4,    0, 5,    5, 4, 4, 0, 5, 5, 4,    4, kNan};
  const std::vector<float> scores{0.9f, 0.8f, 0.7f, 0.6f, 0.5f, kInf, kNan, -kInf, 0.4f};
  testing::ExpectMatchesReference(
      Op(), Thresholds(0.5f, 0),
      {Filled<float>({1, 9, 5}, boxes), Filled<float>({1, 1, 9}, scores)});
  EXPECT_THAT(Kept(boxes, scores, 0.5f), ElementsAre(5, 0, 1, 2, 3, 4, 8));
}

TEST(NmsRotated, Errors) {
  EXPECT_THAT(testing::AttributesError(Op(), {}),
              HasSubstr("attribute 'iou_threshold' is missing"));
  EXPECT_THAT(testing::AttributesError(Op(), Thresholds(1.5f, 0)),
              HasSubstr("'iou_threshold' is 1.5, allowed: 0 to 1"));
  EXPECT_THAT(testing::RunError(Op(), Thresholds(0.5f, 0),
                                {testing::Random({1, 3, 4}), testing::Random({1, 1, 3})}),
              HasSubstr("expected 5 for dimension 2"));
  EXPECT_THAT(testing::RunError(Op(), Thresholds(0.5f, 0),
                                {testing::Random({1, 3, 5}), testing::Random({1, 1, 4})}),
              HasSubstr("the same number of boxes"));
}

}  // namespace
}  // namespace mmdeploy::op
