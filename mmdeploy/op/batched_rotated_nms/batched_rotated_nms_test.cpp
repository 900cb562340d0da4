#include <gmock/gmock.h>

#include "mmdeploy/op/testing.h"

namespace mmdeploy::op {
namespace {

const OpDef& Op() { return *FindOp("mmdeploy", "TRTBatchedRotatedNMS"); }

TEST(BatchedRotatedNms, MatchesReference) {
  const auto boxes = testing::Random({2, 90, 1, 5}, 1, 9, 1);
  const auto scores = testing::Random({2, 90, 2}, 0, 1);
  for (const float iou : {0.f, 0.2f, 0.6f}) {
    testing::ExpectMatchesReference(Op(),
                                    {{"topk", int64_t{60}},
                                     {"keep_topk", int64_t{30}},
                                     {"iou_threshold", iou},
                                     {"clip_boxes", int64_t{0}}},
                                    {boxes, scores});
  }
}

TEST(BatchedRotatedNms, ClipsAllButTheAngle) {
  const auto outputs = *testing::Run(
      Op(), testing::MakeAttributes(Op(), {{"keep_topk", int64_t{1}}, {"iou_threshold", 0.5f}}),
      Op().run,
      {testing::Filled<float>({1, 1, 1, 5}, {-1, 0.5f, 2, 0.25f, 1.5f}),
       testing::Filled<float>({1, 1, 1}, {0.75f})});
  const auto* dets = outputs[0].data<float>();
  EXPECT_THAT(std::vector<float>(dets, dets + 6),
              ::testing::ElementsAre(0, 0.5f, 1, 0.25f, 1.5f, 0.75f));
}

}  // namespace
}  // namespace mmdeploy::op
