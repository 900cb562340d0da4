// Generated from mmdeploy/task/classifier/golden by api/gen.py. The golden model through the C++
// API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/classifier.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, Classifier) {
  const mmdeploy::Classifier task(mmdeploy::Model("mmdeploy/task/classifier/golden/model"),
                                  mmdeploy::Device("cpu"));
  auto pixels0 = Pixels(192, 5);
  auto pixels1 = Pixels(135, 86);
  auto pixels2 = Pixels(576, 171);
  auto pixels3 = Pixels(28, 3);
  const std::vector<mmdeploy::Mat> images = {
      {8, 8, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels0.data()},
      {5, 9, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels1.data()},
      {16, 12, 0, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels2.data()},
      {7, 4, 0, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE, MMDEPLOY_DATA_TYPE_UINT8, pixels3.data()},
  };

  const auto per_image = task.Apply(images);
  ASSERT_EQ(per_image.size(), images.size());
  std::vector<mmdeploy_classification_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 3u);
  ASSERT_EQ(per_image[1].size(), 3u);
  ASSERT_EQ(per_image[2].size(), 3u);
  ASSERT_EQ(per_image[3].size(), 3u);
  EXPECT_NEAR(results[0].label_id, 0, 0) << "image 0 result 0 label_id";
  EXPECT_NEAR(results[0].score, 0.455357, 1e-05) << "image 0 result 0 score";
  EXPECT_NEAR(results[1].label_id, 2, 0) << "image 0 result 1 label_id";
  EXPECT_NEAR(results[1].score, 0.076786, 1e-05) << "image 0 result 1 score";
  EXPECT_NEAR(results[2].label_id, 1, 0) << "image 0 result 2 label_id";
  EXPECT_NEAR(results[2].score, 0.067857, 1e-05) << "image 0 result 2 score";
  EXPECT_NEAR(results[3].label_id, 0, 0) << "image 1 result 0 label_id";
  EXPECT_NEAR(results[3].score, 2.454857, 1e-05) << "image 1 result 0 score";
  EXPECT_NEAR(results[4].label_id, 1, 0) << "image 1 result 1 label_id";
  EXPECT_NEAR(results[4].score, 0.086857, 1e-05) << "image 1 result 1 score";
  EXPECT_NEAR(results[5].label_id, 3, 0) << "image 1 result 2 label_id";
  EXPECT_NEAR(results[5].score, -0.093429, 1e-05) << "image 1 result 2 score";
  EXPECT_NEAR(results[6].label_id, 0, 0) << "image 2 result 0 label_id";
  EXPECT_NEAR(results[6].score, 1.203056, 1e-05) << "image 2 result 0 score";
  EXPECT_NEAR(results[7].label_id, 1, 0) << "image 2 result 1 label_id";
  EXPECT_NEAR(results[7].score, 0.083889, 1e-05) << "image 2 result 1 score";
  EXPECT_NEAR(results[8].label_id, 3, 0) << "image 2 result 2 label_id";
  EXPECT_NEAR(results[8].score, -0.169028, 1e-05) << "image 2 result 2 score";
  EXPECT_NEAR(results[9].label_id, 2, 0) << "image 3 result 0 label_id";
  EXPECT_NEAR(results[9].score, 0.338452, 1e-05) << "image 3 result 0 score";
  EXPECT_NEAR(results[10].label_id, 1, 0) << "image 3 result 1 label_id";
  EXPECT_NEAR(results[10].score, 0.204524, 1e-05) << "image 3 result 1 score";
  EXPECT_NEAR(results[11].label_id, 0, 0) << "image 3 result 2 label_id";
  EXPECT_NEAR(results[11].score, 0.057024, 1e-05) << "image 3 result 2 score";
}

}  // namespace
