// Generated from api/golden.yaml by api/gen.py. The golden model through the C++ API.
#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "mmdeploy/classifier.hpp"

namespace {

std::vector<uint8_t> Pixels(int size, int step) {
  std::vector<uint8_t> pixels(static_cast<size_t>(size));
  for (int i = 0; i < size; ++i)
    pixels[static_cast<size_t>(i)] = static_cast<uint8_t>(i * step % 256);
  return pixels;
}

TEST(GoldenCpp, EveryImage) {
  const mmdeploy::Classifier classifier(mmdeploy::Model("api/golden/model"),
                                        mmdeploy::Device("cpu"));
  const std::vector<std::vector<mmdeploy::Classification>> expected = {
      {
          {0, 0.455357f},
          {2, 0.076786f},
          {1, 0.067857f},
      },
      {
          {0, 2.454857f},
          {1, 0.086857f},
          {3, -0.093429f},
      },
      {
          {0, 1.203056f},
          {1, 0.083889f},
          {3, -0.169028f},
      },
      {
          {2, 0.338452f},
          {1, 0.204524f},
          {0, 0.057024f},
      },
  };
  auto pixels0 = Pixels(192, 5);
  auto pixels1 = Pixels(135, 86);
  auto pixels2 = Pixels(576, 171);
  auto pixels3 = Pixels(28, 3);
  const std::vector<mmdeploy::Mat> images = {
      {8, 8, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels0.data()},
      {5, 9, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels1.data()},
      {16, 12, 3, MMDEPLOY_PIXEL_FORMAT_BGR, MMDEPLOY_DATA_TYPE_UINT8, pixels2.data()},
      {7, 4, 1, MMDEPLOY_PIXEL_FORMAT_GRAYSCALE, MMDEPLOY_DATA_TYPE_UINT8, pixels3.data()},
  };

  const auto results = classifier.Apply(images);
  ASSERT_EQ(results.size(), expected.size());
  for (size_t i = 0; i < results.size(); ++i) {
    ASSERT_EQ(results[i].size(), expected[i].size()) << "image " << i;
    for (size_t j = 0; j < results[i].size(); ++j) {
      EXPECT_EQ(results[i][j].label_id, expected[i][j].label_id)
          << "image " << i << " result " << j;
      EXPECT_NEAR(results[i][j].score, expected[i][j].score, 1e-05)
          << "image " << i << " result " << j;
    }
  }
}

}  // namespace
