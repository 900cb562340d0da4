// Generated from mmdeploy/task/segmentor/golden by api/gen.py. The golden model through the C++
// API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/segmentor.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, Segmentor) {
  const mmdeploy::Segmentor task(mmdeploy::Model("mmdeploy/task/segmentor/golden/model"),
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
  std::vector<mmdeploy_segmentation_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 1u);
  ASSERT_EQ(per_image[1].size(), 1u);
  ASSERT_EQ(per_image[2].size(), 1u);
  EXPECT_NEAR(results[0].height, 8, 0) << "image 0 result 0 height";
  EXPECT_NEAR(results[0].width, 8, 0) << "image 0 result 0 width";
  EXPECT_NEAR(results[0].classes, 5, 0) << "image 0 result 0 classes";
  EXPECT_NEAR(results[0].mask[0], 0, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[9], 0, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[18], 1, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[27], 4, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[36], 2, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[45], 2, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[54], 2, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].mask[63], 2, 0) << "image 0 result 0 mask";
  EXPECT_NEAR(results[0].score != 0, 0, 0) << "image 0 result 0 score";
  EXPECT_NEAR(results[1].height, 31, 0) << "image 1 result 0 height";
  EXPECT_NEAR(results[1].width, 17, 0) << "image 1 result 0 width";
  EXPECT_NEAR(results[1].classes, 5, 0) << "image 1 result 0 classes";
  EXPECT_NEAR(results[1].mask[0], 0, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[75], 1, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[150], 3, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[225], 4, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[300], 2, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[375], 1, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[450], 3, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].mask[525], 2, 0) << "image 1 result 0 mask";
  EXPECT_NEAR(results[1].score != 0, 0, 0) << "image 1 result 0 score";
  EXPECT_NEAR(results[2].height, 3, 0) << "image 2 result 0 height";
  EXPECT_NEAR(results[2].width, 40, 0) << "image 2 result 0 width";
  EXPECT_NEAR(results[2].classes, 5, 0) << "image 2 result 0 classes";
  EXPECT_NEAR(results[2].mask[0], 0, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[17], 1, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[34], 3, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[51], 4, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[68], 2, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[85], 1, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[102], 3, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].mask[119], 2, 0) << "image 2 result 0 mask";
  EXPECT_NEAR(results[2].score != 0, 0, 0) << "image 2 result 0 score";
}

}  // namespace
