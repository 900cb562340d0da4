#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

using ::testing::ElementsAre;
using testing::Filled;
using ::testing::HasSubstr;

const OpDef& Op() { return *FindOp("mmdeploy", "NMSMatch"); }

testing::Inputs WithThresholds(const Tensor& boxes, const Tensor& scores, float iou, float score) {
  return {boxes, scores, Filled<float>({1}, {iou}), Filled<float>({}, {score})};
}

TEST(NmsMatch, MatchesReference) {
  Tensor boxes = testing::Random({2, 150, 4}, 0, 40, 1);
  for (int64_t i = 0; i < 300; ++i) {
    float* box = boxes.data<float>() + 4 * i;
    box[2] = box[0] + 10;
    box[3] = box[1] + box[3] / 2;
  }
  for (const float iou : {0.f, 0.3f, 0.7f}) {
    testing::ExpectMatchesReference(
        Op(), {}, WithThresholds(boxes, testing::Random({2, 3, 150}, 0, 1), iou, 0.2f));
  }
}

TEST(NmsMatch, TellsWhoDroppedWhom) {
  const auto boxes = Filled<float>({1, 4, 4}, {0, 0, 4, 4, 0, 0, 4, 5, 9, 9, 12, 12, 0, 0, 4, 4});
  const auto scores = Filled<float>({1, 1, 4}, {0.5f, 0.9f, 0.8f, 0.6f});
  const auto outputs = *testing::Run(Op(), testing::MakeAttributes(Op(), {}), Op().run,
                                     WithThresholds(boxes, scores, 0.5f, 0));
  EXPECT_EQ(outputs[0].shape(), (Shape{2, 4}));
  const auto* rows = outputs[0].data<int64_t>();
  EXPECT_THAT(std::vector<int64_t>(rows, rows + 8), ElementsAre(0, 0, 1, 3, 0, 0, 1, 0));
}

TEST(NmsMatch, Errors) {
  const auto boxes = testing::Random({1, 2, 4}), scores = testing::Random({1, 1, 2});
  EXPECT_THAT(testing::RunError(Op(), {}, WithThresholds(boxes, scores, -1, 0)),
              HasSubstr("iou_threshold is -1"));
  EXPECT_THAT(
      testing::RunError(Op(), {}, {boxes, scores, testing::Random({2}), testing::Random({1})}),
      HasSubstr("input 2 'iou_threshold' has shape 2, expected 1 element"));
}

}  // namespace
}  // namespace mmdeploy::op
