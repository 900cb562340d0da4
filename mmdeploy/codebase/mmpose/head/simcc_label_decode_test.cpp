#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

Result<PoseDetection> Decode(const Tensor& x, const Tensor& y, Json params = Json::object()) {
  params["input_size"] = {10, 5};
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmpose", "SimCCLabelDecode", params));
  ImageMeta meta;
  meta.center = Point{50, 60};
  meta.scale = Point{0.5F, 0.25F};  // 100 x 50 pixels: 10 of them are one of the input
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"simcc_x", x}, {"simcc_y", y}}, meta));
  return result.result<PoseDetection>();
}

TEST(SimccLabelDecode, FindsTheBestColumnAndRow) {
  // The second point is tied: the first of equal columns; the third has no positive score.
  const auto pose = Decode(Floats({1, 3, 4}, {0, 1, 0, 3, 0, 2, 2, 0, 1, 1, 1, 1}),
                           Floats({1, 3, 3}, {0, 0, 2, 1, 0, 0, 0, -1, -2}));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_FLOAT_EQ(pose->points[0].x, 0 + 10 * 1.5F);
  EXPECT_FLOAT_EQ(pose->points[0].y, 35 + 10 * 1);
  EXPECT_FLOAT_EQ(pose->scores[0], 2);
  EXPECT_FLOAT_EQ(pose->points[1].x, 10 * 0.5F);
  EXPECT_FLOAT_EQ(pose->points[1].y, 35);
  EXPECT_FLOAT_EQ(pose->points[2].x, 10 * -0.5F);
  EXPECT_FLOAT_EQ(pose->points[2].y, 35 - 5);
  EXPECT_FLOAT_EQ(pose->scores[2], 0);
}

TEST(SimccLabelDecode, TakesPointsThatTheNetworkFound) {
  const auto pose =
      Decode(Floats({1, 1, 2}, {3, 4}), Floats({1, 1}, {0.5F}), {{"export_postprocess", true}});
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_FLOAT_EQ(pose->points[0].x, 30);
  EXPECT_FLOAT_EQ(pose->points[0].y, 75);
  EXPECT_FLOAT_EQ(pose->scores[0], 0.5F);
}

TEST(SimccLabelDecode, RefusesWhatItCannotDecode) {
  const Tensor x = Floats({1, 1, 2}, {1, 2}), y = Floats({1, 2, 1}, {1, 2});
  EXPECT_THAT(Decode(x, y).error().message(), HasSubstr("expected 1xKxNx and 1xKxNy"));
  EXPECT_THAT(Decode(x, y, {{"export_postprocess", true}}).error().message(),
              HasSubstr("expected 1xKx2 and 1xK"));
  EXPECT_THAT(Decode(x, x, {{"use_dark", true}}).error().message(), HasSubstr("allowed: false"));
  const auto sized = testing::MakeHead("mmpose", "SimCCLabelDecode", {{"input_size", {1}}});
  EXPECT_THAT(sized.error().message(), HasSubstr("expected [width, height]"));
}

}  // namespace
}  // namespace mmdeploy
