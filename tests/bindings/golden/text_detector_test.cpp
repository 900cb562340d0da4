// Generated from mmdeploy/task/text_detector/golden by api/gen.py. The golden model through the C++
// API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/text_detector.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, TextDetector) {
  const mmdeploy::TextDetector task(mmdeploy::Model("mmdeploy/task/text_detector/golden/model"),
                                    mmdeploy::Device("cpu"));
  auto pixels0 = Pixels(192, 5);
  auto pixels1 = Pixels(720, 21);
  auto pixels2 = Pixels(512, 9);
  const std::vector<mmdeploy::Mat> images = {
      {8, 8, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels0.data()},
      {12, 20, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels1.data()},
      {16, 32, 0, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE, MMDEPLOY_DATA_TYPE_UINT8, pixels2.data()},
  };

  const auto per_image = task.Apply(images);
  ASSERT_EQ(per_image.size(), images.size());
  std::vector<mmdeploy_text_detection_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 1u);
  ASSERT_EQ(per_image[1].size(), 3u);
  ASSERT_EQ(per_image[2].size(), 3u);
  EXPECT_NEAR(results[0].bbox[0].x, -2.0, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[0].y, 9.875, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[1].x, -2.0, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[1].y, -2.0, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[2].x, 9.875, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[2].y, -2.0, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[3].x, 9.875, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox[3].y, 9.875, 0.001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].score, 0.51097, 0.001) << "image 0 result 0 score";
  EXPECT_NEAR(results[1].bbox[0].x, -1.25, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[0].y, 12.5625, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[1].x, -1.25, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[1].y, 2.0625, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[2].x, 4.375, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[2].y, 2.0625, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[3].x, 4.375, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].bbox[3].y, 12.5625, 0.001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[1].score, 0.60256, 0.001) << "image 1 result 0 score";
  EXPECT_NEAR(results[2].bbox[0].x, 16.25, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[0].y, 7.875, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[1].x, 16.25, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[1].y, -0.5625, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[2].x, 20.625, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[2].y, -0.5625, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[3].x, 20.625, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].bbox[3].y, 7.875, 0.001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[2].score, 0.51326, 0.001) << "image 1 result 1 score";
  EXPECT_NEAR(results[3].bbox[0].x, -1.3323, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[0].y, -1.0957, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[1].x, 17.0228, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[1].y, -3.1289, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[2].x, 21.947, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[2].y, 12.8747, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[3].x, 3.5919, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].bbox[3].y, 14.9079, 0.001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[3].score, 0.5447, 0.001) << "image 1 result 2 score";
  EXPECT_NEAR(results[4].bbox[0].x, 9.5, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[0].y, 17.25, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[1].x, 9.5, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[1].y, 8.75, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[2].x, 34.5, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[2].y, 8.75, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[3].x, 34.5, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].bbox[3].y, 17.25, 0.001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[4].score, 0.54926, 0.001) << "image 2 result 0 score";
  EXPECT_NEAR(results[5].bbox[0].x, -11.6844, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[0].y, 10.9054, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[1].x, 33.5756, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[1].y, -1.5046, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[2].x, 44.0748, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[2].y, 8.0682, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[3].x, -1.1852, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].bbox[3].y, 20.4782, 0.001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[5].score, 0.61473, 0.001) << "image 2 result 1 score";
  EXPECT_NEAR(results[6].bbox[0].x, -10.7308, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[0].y, 2.9231, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[1].x, 25.0769, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[1].y, -7.3077, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[2].x, 35.3846, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[2].y, 1.7115, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[3].x, -0.4231, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].bbox[3].y, 11.9423, 0.001) << "image 2 result 2 bbox";
  EXPECT_NEAR(results[6].score, 0.64262, 0.001) << "image 2 result 2 score";
}

}  // namespace
