#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using testing::Answer;
using testing::Floats;
using ::testing::HasSubstr;

const Tensor kDets = Floats({1, 4, 4}, {0, 0, 10, 10,   //
                                        0, 0, 10, 5,    // half of the first
                                        20, 0, 30, 10,  //
                                        1, 1, 2, 2});

TEST(BaseDenseHead, TheBestClassOfEachBoxCounts) {
  // Another class does not save the second box, whose overlap is above 0.45.
  const Tensor scores = Floats({1, 4, 2}, {.5f, .75f, .625f, .5f, .875f, .25f, .01f, .02f});
  const NamedTensors outputs{{"dets", kDets}, {"labels", scores}};
  const auto meta = testing::MetaOfInput(40, 40);
  EXPECT_EQ(Answer("BaseDenseHead", {}, outputs, meta),
            "0:0.875[20 0 30 10] 1:0.750[0 0 10 10] 1:0.020[1 1 2 2] ");
  // A score of exactly the threshold passes, an overlap of exactly the threshold stays.
  EXPECT_EQ(Answer("BaseDenseHead", {{"score_thr", 0.625}, {"nms", {{"iou_threshold", 0.5}}}},
                   outputs, meta),
            "0:0.875[20 0 30 10] 1:0.750[0 0 10 10] 0:0.625[0 0 10 5] ");
  EXPECT_EQ(Answer("BaseDenseHead", {{"min_bbox_size", 5}, {"max_per_img", 1}, {"nms_pre", 1}},
                   outputs, meta),
            "0:0.875[20 0 30 10] 1:0.750[0 0 10 10] ");
}

TEST(BaseDenseHead, BoxesGoBackToTheImage) {
  ImageMeta meta = testing::MetaOfInput(40, 40);
  meta.ori_shape = {18, 15, 3};
  meta.scale_factor = {{2, 2, 2, 2}};
  meta.pad_param = {4, 0, 0, 0};
  EXPECT_EQ(
      Answer("BaseDenseHead", {},
             {{"dets", Floats({1, 1, 4}, {2, 6, 40, 80})}, {"labels", Floats({1, 1, 1}, {1})}},
             meta),
      "0:1.000[1 1 14 17] ");
}

TEST(BaseDenseHead, NothingIsAnEmptyList) {
  const auto meta = testing::MetaOfInput(40, 40);
  EXPECT_EQ(Answer("BaseDenseHead", {},
                   {{"dets", Floats({1, 0, 4}, {})}, {"labels", Floats({1, 0, 3}, {})}}, meta),
            "");
  EXPECT_EQ(Answer("BaseDenseHead", {},
                   {{"dets", kDets}, {"labels", Floats({1, 4, 1}, {0, 0, 0, 0})}}, meta),
            "");
}

TEST(BaseDenseHead, RefusesOtherOutputs) {
  const auto meta = testing::MetaOfInput(40, 40);
  EXPECT_THAT(Answer("BaseDenseHead", {},
                     {{"dets", kDets}, {"labels", Floats({1, 3, 1}, {0, 0, 0})}}, meta),
              HasSubstr("'dets' 1x4x4 and 'labels' 1x3x1 do not belong together"));
  EXPECT_THAT(Answer("BaseDenseHead", {},
                     {{"dets", kDets}, {"labels", Floats({1, 4}, {0, 0, 0, 0})}}, meta),
              HasSubstr("expected float32 of 3 or more dimensions"));
  EXPECT_THAT(
      testing::LoadError("BaseDenseHead", {}, {{"dets", DataType::kFloat32, {1, 9, 4}, {}}}),
      HasSubstr("reads the network's output 'labels', found: 'dets'"));
  EXPECT_THAT(Answer("BaseDenseHead", {{"nms", {{"iou_threshold", 2}}}}, {}, meta),
              HasSubstr("nms/iou_threshold"));
}

}  // namespace
}  // namespace mmdeploy
