#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/text_detector/result.h"

// Against mmocr: tests/ocr/detectors_test.py.
namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

Result<std::vector<float>> Widths(const Json& params, const Tensor& maps) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmocr", "PSEHead", params));
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", maps}}));
  std::vector<float> widths;
  for (const Value& text : result.list()) {
    float left = 1e9f, right = 0;
    for (const Point& corner : text.result<TextDetection>().bbox) {
      left = std::min(left, corner.x);
      right = std::max(right, corner.x);
    }
    widths.push_back((right - left) / 4);  // the map is a quarter of the image
  }
  return widths;
}

// A text of 6 x 20 pixels; kernels of 1 x 6 pixels and 3 x 6 pixels at its ends, and a map between
// that has nothing.
Tensor TwoKernels() {
  std::vector<float> maps(3 * 10 * 24, -5);
  for (size_t i = 0; i < 240; ++i) {
    const size_t x = i % 24, y = i / 24;
    const bool text = x >= 2 && x < 22 && y >= 2 && y < 8;
    if (text) maps[i] = 5;
    if (text && (x < 3 || x >= 19)) maps[480 + i] = 5;
  }
  return Floats({1, 3, 10, 24}, maps);
}

TEST(PseHead, TextsGrowAtTheSamePace) {
  // Columns 2 to 10 and 11 to 21: the 16 between the kernels are shared evenly.
  EXPECT_THAT(*Widths({}, TwoKernels()), ::testing::ElementsAre(8, 10));
}

TEST(PseHead, SmallKernelsAreNone) {
  EXPECT_THAT(*Widths({{"min_kernel_area", 7}}, TwoKernels()), ::testing::ElementsAre(19));
  EXPECT_THAT(*Widths({{"min_kernel_area", 19}}, TwoKernels()), ::testing::ElementsAre());
}

TEST(PseHead, RefusesOtherMaps) {
  EXPECT_THAT(Widths({}, Floats({1, 2, 2}, {0, 0, 0, 0})).error().message(),
              HasSubstr("expected float32 of 4 or more dimensions"));
}

}  // namespace
}  // namespace mmdeploy
