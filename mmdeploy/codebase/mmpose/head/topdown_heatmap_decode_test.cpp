#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

constexpr const char* kName = "TopdownHeatmapSimpleHeadDecode";

Result<PoseDetection> Decode(const Json& params, const Tensor& maps, bool with_box = true) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmpose", kName, params));
  ImageMeta meta;
  if (with_box) {
    meta.center = Point{50, 60};
    meta.scale = Point{0.5f, 0.25f};  // 100 x 50 pixels
  }
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", maps}}, meta));
  return result.result<PoseDetection>();
}

// A map of 5 x 10 with a peak, whose neighbour to the right is larger than that to the left.
Tensor OneMap(int x, int y, float value) {
  std::vector<float> map(50);
  if (x < 9) map[static_cast<size_t>(y * 10 + x + 1)] = value / 2;
  map[static_cast<size_t>(y * 10 + x)] = value;
  return Floats({1, 1, 5, 10}, map);
}

TEST(TopdownHeatmapDecode, FindsThePeak) {
  const auto pose = Decode({{"post_process", "null"}}, OneMap(4, 2, 0.75f));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_EQ(pose->scores, std::vector<float>{0.75f});
  EXPECT_FLOAT_EQ(pose->points[0].x, 4 * 10 + 0);
  EXPECT_FLOAT_EQ(pose->points[0].y, 2 * 10 + 35);
}

TEST(TopdownHeatmapDecode, MovesAQuarterTowardsTheNeighbour) {
  EXPECT_FLOAT_EQ(Decode({}, OneMap(4, 2, 1))->points[0].x, 4.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(4, 2, 1))->points[0].y, 2 * 10 + 35);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(1, 2, 1))->points[0].x, 1 * 10);  // too near to the border
  EXPECT_FLOAT_EQ(Decode({}, OneMap(2, 2, 1))->points[0].x, 2.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(8, 2, 1))->points[0].x, 8.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(9, 2, 1))->points[0].x, 9 * 10);
}

TEST(TopdownHeatmapDecode, AMapWithoutPeakHasNoPoint) {
  const auto pose = Decode({}, Floats({1, 1, 5, 10}, std::vector<float>(50)));
  ASSERT_TRUE(pose);
  EXPECT_FLOAT_EQ(pose->points[0].x, -10);
  EXPECT_FLOAT_EQ(pose->scores[0], 0);
}

TEST(TopdownHeatmapDecode, RefusesWhatItCannotDecode) {
  EXPECT_THAT(Decode({{"post_process", "unbiased"}}, OneMap(1, 1, 1)).error().message(),
              HasSubstr("decoding with post_process 'unbiased', use_udp false is not part"));
  EXPECT_THAT(Decode({{"use_udp", true}}, OneMap(1, 1, 1)).error().message(),
              HasSubstr("use_udp true"));
  EXPECT_THAT(Decode({}, OneMap(1, 1, 1), false).error().message(),
              HasSubstr("has no center and scale"));
  EXPECT_THAT(Decode({}, Floats({1, 5, 10}, std::vector<float>(50))).error().message(),
              HasSubstr("expected float32 of 4 or more dimensions"));
}

}  // namespace
}  // namespace mmdeploy
