// Generated from mmdeploy/task/restorer/golden by api/gen.py. The golden model through the C++ API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/restorer.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, Restorer) {
  const mmdeploy::Restorer task(mmdeploy::Model("mmdeploy/task/restorer/golden/model"),
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
  std::vector<mmdeploy_mat_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 1u);
  ASSERT_EQ(per_image[1].size(), 1u);
  ASSERT_EQ(per_image[2].size(), 1u);
  EXPECT_NEAR(results[0].height, 2, 0) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].width, 3, 0) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].channel, 3, 0) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[0], 0, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[1], 82, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[2], 189, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[3], 0, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[4], 99, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[5], 207, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[6], 10, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[7], 117, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[8], 224, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[9], 28, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[10], 135, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[11], 242, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[12], 46, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[13], 153, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[14], 255, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[15], 64, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[16], 171, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[0].data[17], 255, 0.0001) << "image 0 result 0 image";
  EXPECT_NEAR(results[1].height, 2, 0) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].width, 3, 0) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].channel, 3, 0) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[0], 0, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[1], 82, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[2], 189, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[3], 0, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[4], 99, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[5], 207, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[6], 10, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[7], 117, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[8], 224, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[9], 28, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[10], 135, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[11], 242, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[12], 46, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[13], 153, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[14], 255, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[15], 64, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[16], 171, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[1].data[17], 255, 0.0001) << "image 1 result 0 image";
  EXPECT_NEAR(results[2].height, 2, 0) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].width, 3, 0) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].channel, 3, 0) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[0], 0, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[1], 82, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[2], 189, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[3], 0, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[4], 99, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[5], 207, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[6], 10, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[7], 117, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[8], 224, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[9], 28, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[10], 135, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[11], 242, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[12], 46, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[13], 153, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[14], 255, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[15], 64, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[16], 171, 0.0001) << "image 2 result 0 image";
  EXPECT_NEAR(results[2].data[17], 255, 0.0001) << "image 2 result 0 image";
}

}  // namespace
