#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

// "label:score" of what is kept.
std::string Kept(const Json& params, const Tensor& boxes, const Tensor& scores) {
  const auto head = testing::MakeHead("mmdet", "MultiClassNMS", params);
  if (!head) return head.error().message();
  ImageMeta meta;
  meta.ori_shape = {100, 100, 3};
  const auto result = testing::RunHead(**head, {{"boxes", boxes}, {"scores", scores}}, meta);
  if (!result) return result.error().message();
  std::string text;
  for (const Value& value : result->list()) {
    const auto& box = value.result<Detection>();
    text += fmt::format("{}:{}@{} ", box.label_id, box.score, box.bbox.left);
  }
  return text;
}

const Tensor kBoxes = Floats({1, 3, 4}, {0, 0, 10, 10,  //
                                         0, 0, 10, 5,   // covers half of the first: exactly 0.5
                                         50, 0, 60, 10});
const Tensor kScores = Floats({1, 3, 2}, {.9f, .1f, .8f, .7f, .3f, .6f});

TEST(MultiClassNms, DropsWhatOverlapsABetterOneOfItsClass) {
  EXPECT_EQ(Kept({{"iou_threshold", 0.4}}, kBoxes, kScores), "0:0.9@0 1:0.7@0 1:0.6@50 0:0.3@50 ");
  // An overlap of exactly the threshold stays.
  EXPECT_EQ(Kept({{"iou_threshold", 0.5}}, kBoxes, kScores),
            "0:0.9@0 0:0.8@0 1:0.7@0 1:0.6@50 0:0.3@50 1:0.1@0 ");
}

TEST(MultiClassNms, CountsAsTheGraphDoes) {
  const Json one = {{"max_output_boxes_per_class", 1}};
  EXPECT_EQ(Kept(one, kBoxes, kScores), "0:0.9@0 1:0.7@0 ");
  EXPECT_EQ(Kept({{"keep_top_k", 2}}, kBoxes, kScores), "0:0.9@0 0:0.8@0 ");
  // The best candidates are those with the best class.
  EXPECT_EQ(Kept({{"pre_top_k", 1}}, kBoxes, kScores), "0:0.9@0 1:0.1@0 ");
  // Scores must be above the threshold.
  EXPECT_EQ(Kept({{"score_threshold", 0.8}}, kBoxes, Floats({1, 3, 1}, {.5f, .25f, 1})), "0:1@50 ");
  EXPECT_EQ(Kept({{"score_threshold", 0.5}}, kBoxes, Floats({1, 3, 1}, {.5f, .25f, 1})), "0:1@50 ");
  EXPECT_EQ(Kept({}, Floats({1, 0, 4}, {}), Floats({1, 0, 2}, {})), "");
}

TEST(MultiClassNms, EachClassMayHaveItsOwnBoxes) {
  // Of the second class no two boxes overlap; of the first class the second does, by 0.5.
  const Tensor own = Floats({1, 3, 2, 4}, {0,  0, 10, 10, 10, 0, 20, 10,  //
                                           0,  0, 10, 5,  30, 0, 40, 10,  //
                                           50, 0, 60, 10, 70, 0, 80, 10});
  EXPECT_EQ(Kept({{"iou_threshold", 0.4}}, own, kScores),
            "0:0.9@0 1:0.7@30 1:0.6@70 0:0.3@50 1:0.1@10 ");
  EXPECT_EQ(Kept({{"iou_threshold", 0.4}, {"pre_top_k", 1}}, own, kScores), "0:0.9@0 1:0.1@10 ");
  EXPECT_EQ(Kept({}, Floats({1, 0, 2, 4}, {}), Floats({1, 0, 2}, {})), "");
}

TEST(MultiClassNms, RefusesOtherOutputs) {
  for (const Shape& shape : {Shape{1, 3, 1, 4}, Shape{1, 3, 4, 2}, Shape{1, 1, 3, 2, 4}}) {
    const Tensor boxes = testing::Filled(shape, [](int64_t) { return 0.f; });
    EXPECT_THAT(Kept({}, boxes, kScores), HasSubstr("1xNxCx4 where each class has its own box"));
  }
  EXPECT_THAT(Kept({}, kBoxes, Floats({1, 2, 1}, {1, 1})), HasSubstr("do not belong together"));
  EXPECT_THAT(Kept({{"iou_threshold", 2}}, kBoxes, kScores), HasSubstr("iou_threshold"));
}

}  // namespace
}  // namespace mmdeploy
