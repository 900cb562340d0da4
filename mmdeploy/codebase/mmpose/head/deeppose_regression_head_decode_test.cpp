#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using testing::Floats;
using ::testing::HasSubstr;

Result<PoseDetection> Decode(const Tensor& places, bool with_box = true) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmpose", "DeepposeRegressionHeadDecode",
                                                  {{"regression_flip_shift", true}}));
  ImageMeta meta;
  meta.img_shape = {200, 100, 3};
  if (with_box) {
    meta.center = Point{50, 60};
    meta.scale = Point{0.5F, 0.25F};  // 100 x 50 pixels
  }
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", places}}, meta));
  return result.result<PoseDetection>();
}

TEST(DeepposeRegressionHeadDecode, ScalesPlacesToTheBox) {
  const auto pose = Decode(Floats({1, 2, 2}, {0, 0.5F, 1, 1.25F}));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_FLOAT_EQ(pose->points[0].x, 0);
  EXPECT_FLOAT_EQ(pose->points[0].y, 60);
  EXPECT_FLOAT_EQ(pose->points[1].x, 100);
  EXPECT_FLOAT_EQ(pose->points[1].y, 97.5F);  // a place outside of the box stays there
  EXPECT_THAT(pose->scores, ElementsAre(1, 1));
}

TEST(DeepposeRegressionHeadDecode, DeviationsMakeScores) {
  const auto pose = Decode(Floats({1, 1, 4}, {0.5F, 0.5F, 0.25F, 0.75F}));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_THAT(pose->scores, ElementsAre(0.5F));
}

TEST(DeepposeRegressionHeadDecode, RefusesWhatItCannotDecode) {
  EXPECT_THAT(Decode(Floats({1, 1, 3}, {0, 0, 0})).error().message(),
              HasSubstr("expected 1xKx2 or 1xKx4"));
  EXPECT_THAT(Decode(Floats({1, 1, 2}, {0, 0}), false).error().message(),
              HasSubstr("no center and scale"));
  EXPECT_THAT(Decode(Floats({1, 1, 2}, {0, NAN})).error().message(), HasSubstr("holds NaN"));
  EXPECT_TRUE(Decode(Floats({1, 0, 2}, {}))->points.empty());
}

}  // namespace
}  // namespace mmdeploy
