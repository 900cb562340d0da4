// Generated from mmdeploy/task/rotated_detector/golden by api/gen.py. The golden model through the
// C++ API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/rotated_detector.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, RotatedDetector) {
  const mmdeploy::RotatedDetector task(
      mmdeploy::Model("mmdeploy/task/rotated_detector/golden/model"), mmdeploy::Device("cpu"));
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
  std::vector<mmdeploy_rotated_detection_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 3u);
  ASSERT_EQ(per_image[1].size(), 3u);
  ASSERT_EQ(per_image[2].size(), 3u);
  EXPECT_NEAR(results[0].label_id, 2, 0) << "image 0 result 0 label_id";
  EXPECT_NEAR(results[0].score, 0.9, 0.0001) << "image 0 result 0 score";
  EXPECT_NEAR(results[0].rbbox[0], 4.0, 0.0001) << "image 0 result 0 rbbox";
  EXPECT_NEAR(results[0].rbbox[1], 2.66667, 0.0001) << "image 0 result 0 rbbox";
  EXPECT_NEAR(results[0].rbbox[2], 3.33333, 0.0001) << "image 0 result 0 rbbox";
  EXPECT_NEAR(results[0].rbbox[3], 1.33333, 0.0001) << "image 0 result 0 rbbox";
  EXPECT_NEAR(results[0].rbbox[4], 0.5, 0.0001) << "image 0 result 0 rbbox";
  EXPECT_NEAR(results[1].label_id, 0, 0) << "image 0 result 1 label_id";
  EXPECT_NEAR(results[1].score, 0.7, 0.0001) << "image 0 result 1 score";
  EXPECT_NEAR(results[1].rbbox[0], 1.0, 0.0001) << "image 0 result 1 rbbox";
  EXPECT_NEAR(results[1].rbbox[1], 1.33333, 0.0001) << "image 0 result 1 rbbox";
  EXPECT_NEAR(results[1].rbbox[2], 0.66667, 0.0001) << "image 0 result 1 rbbox";
  EXPECT_NEAR(results[1].rbbox[3], 2.0, 0.0001) << "image 0 result 1 rbbox";
  EXPECT_NEAR(results[1].rbbox[4], -1.25, 0.0001) << "image 0 result 1 rbbox";
  EXPECT_NEAR(results[2].label_id, 0, 0) << "image 0 result 2 label_id";
  EXPECT_NEAR(results[2].score, 0.25, 0.0001) << "image 0 result 2 score";
  EXPECT_NEAR(results[2].rbbox[0], 3.33333, 0.0001) << "image 0 result 2 rbbox";
  EXPECT_NEAR(results[2].rbbox[1], 5.0, 0.0001) << "image 0 result 2 rbbox";
  EXPECT_NEAR(results[2].rbbox[2], 2.66667, 0.0001) << "image 0 result 2 rbbox";
  EXPECT_NEAR(results[2].rbbox[3], 0.66667, 0.0001) << "image 0 result 2 rbbox";
  EXPECT_NEAR(results[2].rbbox[4], 3.0, 0.0001) << "image 0 result 2 rbbox";
  EXPECT_NEAR(results[3].label_id, 2, 0) << "image 1 result 0 label_id";
  EXPECT_NEAR(results[3].score, 0.9, 0.0001) << "image 1 result 0 score";
  EXPECT_NEAR(results[3].rbbox[0], 8.5, 0.0001) << "image 1 result 0 rbbox";
  EXPECT_NEAR(results[3].rbbox[1], 10.33333, 0.0001) << "image 1 result 0 rbbox";
  EXPECT_NEAR(results[3].rbbox[2], 7.08333, 0.0001) << "image 1 result 0 rbbox";
  EXPECT_NEAR(results[3].rbbox[3], 5.16667, 0.0001) << "image 1 result 0 rbbox";
  EXPECT_NEAR(results[3].rbbox[4], 0.5, 0.0001) << "image 1 result 0 rbbox";
  EXPECT_NEAR(results[4].label_id, 0, 0) << "image 1 result 1 label_id";
  EXPECT_NEAR(results[4].score, 0.7, 0.0001) << "image 1 result 1 score";
  EXPECT_NEAR(results[4].rbbox[0], 2.125, 0.0001) << "image 1 result 1 rbbox";
  EXPECT_NEAR(results[4].rbbox[1], 5.16667, 0.0001) << "image 1 result 1 rbbox";
  EXPECT_NEAR(results[4].rbbox[2], 1.41667, 0.0001) << "image 1 result 1 rbbox";
  EXPECT_NEAR(results[4].rbbox[3], 7.75, 0.0001) << "image 1 result 1 rbbox";
  EXPECT_NEAR(results[4].rbbox[4], -1.25, 0.0001) << "image 1 result 1 rbbox";
  EXPECT_NEAR(results[5].label_id, 0, 0) << "image 1 result 2 label_id";
  EXPECT_NEAR(results[5].score, 0.25, 0.0001) << "image 1 result 2 score";
  EXPECT_NEAR(results[5].rbbox[0], 7.08333, 0.0001) << "image 1 result 2 rbbox";
  EXPECT_NEAR(results[5].rbbox[1], 19.375, 0.0001) << "image 1 result 2 rbbox";
  EXPECT_NEAR(results[5].rbbox[2], 5.66667, 0.0001) << "image 1 result 2 rbbox";
  EXPECT_NEAR(results[5].rbbox[3], 2.58333, 0.0001) << "image 1 result 2 rbbox";
  EXPECT_NEAR(results[5].rbbox[4], 3.0, 0.0001) << "image 1 result 2 rbbox";
  EXPECT_NEAR(results[6].label_id, 2, 0) << "image 2 result 0 label_id";
  EXPECT_NEAR(results[6].score, 0.9, 0.0001) << "image 2 result 0 score";
  EXPECT_NEAR(results[6].rbbox[0], 20.0, 0.0001) << "image 2 result 0 rbbox";
  EXPECT_NEAR(results[6].rbbox[1], 1.0, 0.0001) << "image 2 result 0 rbbox";
  EXPECT_NEAR(results[6].rbbox[2], 16.66667, 0.0001) << "image 2 result 0 rbbox";
  EXPECT_NEAR(results[6].rbbox[3], 0.5, 0.0001) << "image 2 result 0 rbbox";
  EXPECT_NEAR(results[6].rbbox[4], 0.5, 0.0001) << "image 2 result 0 rbbox";
  EXPECT_NEAR(results[7].label_id, 0, 0) << "image 2 result 1 label_id";
  EXPECT_NEAR(results[7].score, 0.7, 0.0001) << "image 2 result 1 score";
  EXPECT_NEAR(results[7].rbbox[0], 5.0, 0.0001) << "image 2 result 1 rbbox";
  EXPECT_NEAR(results[7].rbbox[1], 0.5, 0.0001) << "image 2 result 1 rbbox";
  EXPECT_NEAR(results[7].rbbox[2], 3.33333, 0.0001) << "image 2 result 1 rbbox";
  EXPECT_NEAR(results[7].rbbox[3], 0.75, 0.0001) << "image 2 result 1 rbbox";
  EXPECT_NEAR(results[7].rbbox[4], -1.25, 0.0001) << "image 2 result 1 rbbox";
  EXPECT_NEAR(results[8].label_id, 0, 0) << "image 2 result 2 label_id";
  EXPECT_NEAR(results[8].score, 0.25, 0.0001) << "image 2 result 2 score";
  EXPECT_NEAR(results[8].rbbox[0], 16.66667, 0.0001) << "image 2 result 2 rbbox";
  EXPECT_NEAR(results[8].rbbox[1], 1.875, 0.0001) << "image 2 result 2 rbbox";
  EXPECT_NEAR(results[8].rbbox[2], 13.33333, 0.0001) << "image 2 result 2 rbbox";
  EXPECT_NEAR(results[8].rbbox[3], 0.25, 0.0001) << "image 2 result 2 rbbox";
  EXPECT_NEAR(results[8].rbbox[4], 3.0, 0.0001) << "image 2 result 2 rbbox";
}

}  // namespace
