#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/text_detector/result.h"

// Against mmocr: tests/ocr/detectors_test.py.
namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

Result<size_t> CountTexts(const Json& params, const Tensor& maps) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmocr", "PANHead", params));
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", maps}}));
  return result.list().size();
}

// A text of 6 x 20 pixels with a kernel at each end; the embedding is 0 to the left of `border` and
// 1 to the right.
Tensor TwoKernels(int border, float logit = 5) {
  std::vector<float> maps(3 * 10 * 24, -5);
  for (size_t i = 0; i < 240; ++i) {
    const size_t x = i % 24, y = i / 24;
    const bool text = x >= 2 && x < 22 && y >= 2 && y < 8;
    if (text) maps[i] = logit;
    if (text && (x < 5 || x >= 19)) maps[240 + i] = logit;
    maps[480 + i] = static_cast<int>(x) < border ? 0 : 1;
  }
  return Floats({1, 3, 10, 24}, maps);
}

TEST(PanHead, TextsAreToldApartByTheirEmbeddings) {
  EXPECT_EQ(*CountTexts({}, TwoKernels(12)), 2u);
  // What is left of a text that the other one has eaten.
  EXPECT_EQ(*CountTexts({{"min_text_area", 90}}, TwoKernels(19)), 1u);
  EXPECT_EQ(*CountTexts({{"min_text_area", 91}}, TwoKernels(17)), 0u);
}

// Half of two texts that meet in the middle is 60 pixels.
TEST(PanHead, AreasArePixels) {
  EXPECT_EQ(*CountTexts({{"min_text_area", 60}}, TwoKernels(12)), 2u);
  EXPECT_EQ(*CountTexts({{"min_text_area", 61}}, TwoKernels(12)), 0u);
}

TEST(PanHead, UnsureTextsAreLeftOut) {
  EXPECT_EQ(*CountTexts({}, TwoKernels(12, 1)), 0u);  // 0.73
  EXPECT_EQ(*CountTexts({{"min_text_avg_confidence", 0.7}}, TwoKernels(12, 1)), 2u);
  EXPECT_EQ(*CountTexts({{"min_text_confidence", 0.8}}, TwoKernels(12, 1)), 0u);
}

TEST(PanHead, RefusesOtherMaps) {
  EXPECT_THAT(CountTexts({}, Floats({1, 1, 2, 2}, {0, 0, 0, 0})).error().message(),
              HasSubstr("expected 1xCxHxW with 2 or more channels"));
  EXPECT_THAT(CountTexts({}, TwoKernels(3, NAN)).error().message(), HasSubstr("holds NaN"));
}

}  // namespace
}  // namespace mmdeploy
