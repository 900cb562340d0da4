// Generated from mmdeploy/task/pose_detector/golden by api/gen.py. The golden model through the C++
// API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/pose_detector.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, PoseDetector) {
  const mmdeploy::PoseDetector task(mmdeploy::Model("mmdeploy/task/pose_detector/golden/model"),
                                    mmdeploy::Device("cpu"));
  auto pixels0 = Pixels(192, 5);
  auto pixels1 = Pixels(1581, 86);
  auto pixels2 = Pixels(120, 3);
  const std::vector<mmdeploy::Mat> images = {
      {8, 8, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels0.data()},
      {31, 17, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels1.data()},
      {3, 40, 0, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE, MMDEPLOY_DATA_TYPE_UINT8, pixels2.data()},
  };

  const auto per_image = task.Apply(images);
  ASSERT_EQ(per_image.size(), images.size());
  std::vector<mmdeploy_pose_detection_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 1u);
  ASSERT_EQ(per_image[1].size(), 1u);
  ASSERT_EQ(per_image[2].size(), 1u);
  EXPECT_NEAR(results[0].point[0].x, 3.0625, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[0].y, 1.1875, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[1].x, 0.25, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[1].y, 4.0, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[2].x, 6.8125, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[2].y, 4.9375, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[3].x, -2.25, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].point[3].y, -2.25, 0.001) << "image 0 result 0 points";
  EXPECT_NEAR(results[0].score[0], 0.8814, 0.001) << "image 0 result 0 scores";
  EXPECT_NEAR(results[0].score[1], 0.8814, 0.001) << "image 0 result 0 scores";
  EXPECT_NEAR(results[0].score[2], 0.8814, 0.001) << "image 0 result 0 scores";
  EXPECT_NEAR(results[0].score[3], 0.0, 0.001) << "image 0 result 0 scores";
  EXPECT_NEAR(results[1].point[0].x, 4.8672, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[0].y, 4.6016, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[1].x, -6.0312, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[1].y, 15.5, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[2].x, 19.3984, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[2].y, 19.1328, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[3].x, -15.7188, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].point[3].y, -8.7188, 0.001) << "image 1 result 0 points";
  EXPECT_NEAR(results[1].score[0], 0.8814, 0.001) << "image 1 result 0 scores";
  EXPECT_NEAR(results[1].score[1], 0.8814, 0.001) << "image 1 result 0 scores";
  EXPECT_NEAR(results[1].score[2], 0.8814, 0.001) << "image 1 result 0 scores";
  EXPECT_NEAR(results[1].score[3], 0.0, 0.001) << "image 1 result 0 scores";
  EXPECT_NEAR(results[2].point[0].x, 15.3125, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[0].y, -12.5625, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[1].x, 1.25, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[1].y, 1.5, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[2].x, 34.0625, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[2].y, 6.1875, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[3].x, -11.25, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].point[3].y, -29.75, 0.001) << "image 2 result 0 points";
  EXPECT_NEAR(results[2].score[0], 0.8814, 0.001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[1], 0.8814, 0.001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[2], 0.8814, 0.001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[3], 0.0, 0.001) << "image 2 result 0 scores";
}

}  // namespace
