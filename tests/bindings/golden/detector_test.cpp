// Generated from mmdeploy/task/detector/golden by api/gen.py. The golden model through the C++ API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/detector.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, Detector) {
  const mmdeploy::Detector task(mmdeploy::Model("mmdeploy/task/detector/golden/model"),
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
  std::vector<mmdeploy_detection_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 3u);
  ASSERT_EQ(per_image[1].size(), 3u);
  ASSERT_EQ(per_image[2].size(), 2u);
  EXPECT_NEAR(results[0].label_id, 1, 0) << "image 0 result 0 label_id";
  EXPECT_NEAR(results[0].score, 0.9, 0.0001) << "image 0 result 0 score";
  EXPECT_NEAR(results[0].bbox.left, 1.0, 0.0001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox.top, 1.5, 0.0001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox.right, 5.0, 0.0001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].bbox.bottom, 6.0, 0.0001) << "image 0 result 0 bbox";
  EXPECT_NEAR(results[0].mask->height, 7, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask->width, 6, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[1].label_id, 0, 0) << "image 0 result 1 label_id";
  EXPECT_NEAR(results[1].score, 0.6, 0.0001) << "image 0 result 1 score";
  EXPECT_NEAR(results[1].bbox.left, 2.0, 0.0001) << "image 0 result 1 bbox";
  EXPECT_NEAR(results[1].bbox.top, 0.66667, 0.0001) << "image 0 result 1 bbox";
  EXPECT_NEAR(results[1].bbox.right, 3.66667, 0.0001) << "image 0 result 1 bbox";
  EXPECT_NEAR(results[1].bbox.bottom, 3.0, 0.0001) << "image 0 result 1 bbox";
  EXPECT_NEAR(results[1].mask->height, 4, 0) << "image 0 result 1 mask";
  EXPECT_NEAR(results[1].mask->width, 4, 0) << "image 0 result 1 mask";
  EXPECT_NEAR(results[2].label_id, 2, 0) << "image 0 result 2 label_id";
  EXPECT_NEAR(results[2].score, 0.55, 0.0001) << "image 0 result 2 score";
  EXPECT_NEAR(results[2].bbox.left, 0.0, 0.0001) << "image 0 result 2 bbox";
  EXPECT_NEAR(results[2].bbox.top, 0.0, 0.0001) << "image 0 result 2 bbox";
  EXPECT_NEAR(results[2].bbox.right, 7.0, 0.0001) << "image 0 result 2 bbox";
  EXPECT_NEAR(results[2].bbox.bottom, 7.0, 0.0001) << "image 0 result 2 bbox";
  EXPECT_NEAR(results[2].mask->height, 8, 0) << "image 0 result 2 mask";
  EXPECT_NEAR(results[2].mask->width, 8, 0) << "image 0 result 2 mask";
  EXPECT_NEAR(results[3].label_id, 1, 0) << "image 1 result 0 label_id";
  EXPECT_NEAR(results[3].score, 0.9, 0.0001) << "image 1 result 0 score";
  EXPECT_NEAR(results[3].bbox.left, 2.125, 0.0001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[3].bbox.top, 5.8125, 0.0001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[3].bbox.right, 10.625, 0.0001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[3].bbox.bottom, 23.25, 0.0001) << "image 1 result 0 bbox";
  EXPECT_NEAR(results[3].mask->height, 21, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[3].mask->width, 11, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[4].label_id, 0, 0) << "image 1 result 1 label_id";
  EXPECT_NEAR(results[4].score, 0.6, 0.0001) << "image 1 result 1 score";
  EXPECT_NEAR(results[4].bbox.left, 4.25, 0.0001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[4].bbox.top, 2.58333, 0.0001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[4].bbox.right, 7.79167, 0.0001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[4].bbox.bottom, 11.625, 0.0001) << "image 1 result 1 bbox";
  EXPECT_NEAR(results[4].mask->height, 12, 0) << "image 1 result 1 mask";
  EXPECT_NEAR(results[4].mask->width, 6, 0) << "image 1 result 1 mask";
  EXPECT_NEAR(results[5].label_id, 2, 0) << "image 1 result 2 label_id";
  EXPECT_NEAR(results[5].score, 0.55, 0.0001) << "image 1 result 2 score";
  EXPECT_NEAR(results[5].bbox.left, 0.0, 0.0001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[5].bbox.top, 0.0, 0.0001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[5].bbox.right, 16.0, 0.0001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[5].bbox.bottom, 30.0, 0.0001) << "image 1 result 2 bbox";
  EXPECT_NEAR(results[5].mask->height, 31, 0) << "image 1 result 2 mask";
  EXPECT_NEAR(results[5].mask->width, 17, 0) << "image 1 result 2 mask";
  EXPECT_NEAR(results[6].label_id, 1, 0) << "image 2 result 0 label_id";
  EXPECT_NEAR(results[6].score, 0.9, 0.0001) << "image 2 result 0 score";
  EXPECT_NEAR(results[6].bbox.left, 5.0, 0.0001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[6].bbox.top, 0.5625, 0.0001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[6].bbox.right, 25.0, 0.0001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[6].bbox.bottom, 2.0, 0.0001) << "image 2 result 0 bbox";
  EXPECT_NEAR(results[6].mask->height, 3, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[6].mask->width, 22, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[7].label_id, 2, 0) << "image 2 result 1 label_id";
  EXPECT_NEAR(results[7].score, 0.55, 0.0001) << "image 2 result 1 score";
  EXPECT_NEAR(results[7].bbox.left, 0.0, 0.0001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[7].bbox.top, 0.0, 0.0001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[7].bbox.right, 39.0, 0.0001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[7].bbox.bottom, 2.0, 0.0001) << "image 2 result 1 bbox";
  EXPECT_NEAR(results[7].mask->height, 3, 0) << "image 2 result 1 mask";
  EXPECT_NEAR(results[7].mask->width, 40, 0) << "image 2 result 1 mask";
}

}  // namespace
