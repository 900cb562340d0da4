#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

// The network has seen 2 x 3 pixels (width x height).
Result<PoseDetection> Decode(const Tensor& x, const Tensor& y, Json params = Json::object()) {
  if (!params.contains("input_size")) params["input_size"] = {2, 3};
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmpose", "SimCCLabelDecode", params));
  ImageMeta meta;
  meta.img_shape = {3, 2, 3};
  meta.center = Point{50, 60};
  meta.scale = Point{0.1F, 0.15F};  // 20 x 30 pixels: 10 of them are one of the input
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"simcc_x", x}, {"simcc_y", y}}, meta));
  return result.result<PoseDetection>();
}

TEST(SimccLabelDecode, FindsTheBestColumnAndRow) {
  // The second point is tied: the first of equal columns; the third has no positive score.
  const auto pose = Decode(Floats({1, 3, 4}, {0, 1, 0, 3, 0, 2, 2, 0, 1, 1, 1, 1}),
                           Floats({1, 3, 6}, {0, 0, 2, 0, 0, 0,  //
                                              1, 0, 0, 0, 0, 0,  //
                                              0, -1, -2, -3, -3, -3}));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_FLOAT_EQ(pose->points[0].x, 40 + 10 * 1.5F);
  EXPECT_FLOAT_EQ(pose->points[0].y, 45 + 10 * 1);
  EXPECT_FLOAT_EQ(pose->scores[0], 2);
  EXPECT_FLOAT_EQ(pose->points[1].x, 40 + 10 * 0.5F);
  EXPECT_FLOAT_EQ(pose->points[1].y, 45);
  EXPECT_FLOAT_EQ(pose->points[2].x, 40 + 10 * -0.5F);
  EXPECT_FLOAT_EQ(pose->points[2].y, 45 - 5);
  EXPECT_FLOAT_EQ(pose->scores[2], 0);
}

TEST(SimccLabelDecode, TakesPointsThatTheNetworkFound) {
  const auto pose =
      Decode(Floats({1, 1, 2}, {3, 4}), Floats({1, 1}, {0.5F}), {{"export_postprocess", true}});
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_FLOAT_EQ(pose->points[0].x, 70);
  EXPECT_FLOAT_EQ(pose->points[0].y, 85);
  EXPECT_FLOAT_EQ(pose->scores[0], 0.5F);
}

// Points at wrong places look like points: sizes that disagree are an error.
TEST(SimccLabelDecode, RefusesSizesThatDisagree) {
  const Tensor x = Floats({1, 1, 4}, {1, 2, 0, 0}), y = Floats({1, 1, 6}, {1, 2, 0, 0, 0, 0});
  EXPECT_TRUE(Decode(x, y));
  EXPECT_THAT(Decode(y, x).error().message(),
              HasSubstr("output 'simcc_x' has 6 values a point, but input_size 2x3 (width x "
                        "height) and simcc_split_ratio 2 make 4"));
  EXPECT_THAT(Decode(x, x).error().message(), HasSubstr("output 'simcc_y' has 4 values"));
  EXPECT_THAT(Decode(x, y, {{"simcc_split_ratio", 3}}).error().message(), HasSubstr("make 6"));
  EXPECT_TRUE(Decode(x, y, {{"simcc_split_ratio", 2.2}}));  // 4.4 and 6.6, cut
  for (const bool is_decoded : {false, true}) {
    EXPECT_THAT(
        Decode(x, y, {{"input_size", {3, 2}}, {"export_postprocess", is_decoded}})
            .error()
            .message(),
        HasSubstr("input_size is 3x2 (width x height), but preprocessing made an image of 2x3"));
  }
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
