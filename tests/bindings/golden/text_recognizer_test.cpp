// Generated from mmdeploy/task/text_recognizer/golden by api/gen.py. The golden model through the
// C++ API.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <vector>

#include "mmdeploy/text_recognizer.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, TextRecognizer) {
  const mmdeploy::TextRecognizer task(mmdeploy::Model("mmdeploy/task/text_recognizer/golden/model"),
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
  std::vector<mmdeploy_text_recognition_t> results;
  for (const auto& image : per_image) results.insert(results.end(), image.begin(), image.end());
  ASSERT_EQ(per_image[0].size(), 1u);
  ASSERT_EQ(per_image[1].size(), 1u);
  ASSERT_EQ(per_image[2].size(), 1u);
  EXPECT_NEAR(strcmp(results[0].text, "字"), 0, 0) << "image 0 result 0 text";
  EXPECT_NEAR(results[0].score[0], 0.53824, 0.0001) << "image 0 result 0 scores";
  EXPECT_NEAR(strcmp(results[1].text, "字"), 0, 0) << "image 1 result 0 text";
  EXPECT_NEAR(results[1].score[0], 0.50853, 0.0001) << "image 1 result 0 scores";
  EXPECT_NEAR(strcmp(results[2].text, "字ééa"), 0, 0) << "image 2 result 0 text";
  EXPECT_NEAR(results[2].score[0], 0.73868, 0.0001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[1], 0.65127, 0.0001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[2], 0.65565, 0.0001) << "image 2 result 0 scores";
  EXPECT_NEAR(results[2].score[3], 0.98138, 0.0001) << "image 2 result 0 scores";
}

}  // namespace
