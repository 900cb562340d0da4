#include <gmock/gmock.h>

#include <cmath>

#include "mmdeploy/codebase/head_testing.h"
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
}

}  // namespace
}  // namespace mmdeploy
