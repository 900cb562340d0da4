#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/codebase/mmedit/head/planes_to_bytes.h"
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using testing::Floats;
using ::testing::HasSubstr;

Result<Image> Restore(const Tensor& output) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmedit", "TensorToImg", {}, 1));
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", output}}));
  return result.result<Restoration>().image;
}

TEST(TensorToImg, RoundsHalvesToEvenAndSaturates) {
  const auto image = Restore(Floats({1, 1, 1, 6}, {-1, 0.5f / 255, 1.5f / 255, 2.5f / 255, 1, 7}));
  ASSERT_TRUE(image) << image.error().message();
  EXPECT_EQ(image->format, PixelFormat::kGray);
  EXPECT_THAT(std::vector<uint8_t>(image->data, image->data + 6),
              ElementsAre(0, 0, 2, 2, 255, 255));
}

TEST(TensorToImg, InterleavesPlanes) {
  const auto image = Restore(Floats({1, 3, 1, 2}, {0, .2f, .4f, .6f, .8f, 1}));
  ASSERT_TRUE(image) << image.error().message();
  EXPECT_EQ(image->format, PixelFormat::kRgb);
  EXPECT_EQ(image->width, 2);
  EXPECT_THAT(std::vector<uint8_t>(image->data, image->data + 6),
              ElementsAre(0, 102, 204, 51, 153, 255));
}

TEST(TensorToImg, RefusesWhatIsNoImage) {
  EXPECT_THAT(Restore(Floats({1, 2, 1, 1}, {0, 0})).error().message(),
              HasSubstr("expected NxCxHxW with C of 1 (gray) or 3 (RGB)"));
  EXPECT_THAT(Restore(Floats({1, 1, 1, 1}, {NAN})).error().message(), HasSubstr("holds NaN"));
  for (const size_t at : {1023, 1024, 2047, 2048, 2499}) {
    std::vector<float> values(2500);
    values[at] = NAN;
    EXPECT_THAT(Restore(Floats({1, 1, 50, 50}, values)).error().message(),
                HasSubstr("holds NaN, first at element " + std::to_string(at)));
  }
}

// Sizes below, at and above those of vectors and tasks; halves, and what lies outside.
TEST(PlanesToBytes, AreThoseOfThePlainCode) {
  std::mt19937 random(0);
  std::uniform_real_distribution<float> value(-0.2f, 1.2f);
  for (const int64_t area : {1, 3, 16, 17, 64, 1000, 32767, 32768, 32769, 70001}) {
    for (const int64_t channels : {1, 3}) {
      std::vector<float> planes(static_cast<size_t>(area * channels));
      for (size_t i = 0; i < planes.size(); ++i) {
        planes[i] = i % 3 ? value(random) : (static_cast<float>(i % 257) + 0.5f) / 255.f;
      }
      planes[0] = std::numeric_limits<float>::infinity();
      planes.back() = -std::numeric_limits<float>::infinity();
      for (const int num_threads : {1, 3}) {
        std::vector<uint8_t> found(planes.size(), 77), expected(planes.size());
        EXPECT_TRUE(PlanesToBytes(planes.data(), channels, area, num_threads, found.data()));
        PlanesToBytesReference(planes.data(), channels, area, expected.data());
        EXPECT_EQ(found, expected) << area << "x" << channels;
      }
    }
  }
}

TEST(PlanesToBytes, FindsNaNAnywhere) {
  for (const int64_t area : {1, 17, 32768, 32771}) {
    for (const int64_t channels : {1, 3}) {
      const int64_t count = area * channels;
      for (const int64_t place : {int64_t{0}, count / 2, area - 1, count - 1}) {
        std::vector<float> planes(static_cast<size_t>(count), 0.5f);
        planes[static_cast<size_t>(place)] = std::numeric_limits<float>::quiet_NaN();
        std::vector<uint8_t> pixels(planes.size());
        EXPECT_FALSE(PlanesToBytes(planes.data(), channels, area, 3, pixels.data()))
            << place << " of " << area << "x" << channels;
      }
    }
  }
}

}  // namespace
}  // namespace mmdeploy
