#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/task/text_detector/result.h"

// Against mmocr: tests/ocr/detectors_test.py.
namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

Result<std::vector<TextDetection>> Detect(const Json& params, const Tensor& map,
                                          std::array<double, 4> scale = {1, 1, 1, 1}) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmocr", "DBHead", params));
  ImageMeta meta;
  meta.scale_factor = scale;
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", map}}, meta));
  std::vector<TextDetection> texts;
  for (const Value& text : result.list()) texts.push_back(text.result<TextDetection>());
  return texts;
}

// A map of 40 x 60 with a box of 20 x 10 at (10, 15).
Tensor OneBox(float value, const Shape& shape = {1, 1, 40, 60}) {
  std::vector<float> map(40 * 60);
  for (size_t y = 15; y < 25; ++y)
    std::fill_n(map.begin() + static_cast<int>(y) * 60 + 10, 20, value);
  return Floats(shape, map);
}

TEST(DbHead, MovesTheOutlineOutwardsAndBackToTheImage) {
  for (const Shape& shape : {Shape{1, 1, 40, 60}, Shape{1, 40, 60}}) {
    const auto texts = Detect({}, OneBox(0.75f, shape), {0.5, 0.25, 0.5, 0.25});
    ASSERT_TRUE(texts) << texts.error().message();
    ASSERT_EQ(texts->size(), 1u);
    EXPECT_FLOAT_EQ((*texts)[0].score, 0.75f);
    float left = 1e9f, right = 0;
    for (const Point& corner : (*texts)[0].bbox) {
      left = std::min(left, corner.x);
      right = std::max(right, corner.x);
    }
    // 19 x 9 pixels between the centres of the outer ones: 171 * 1.5 / 56 = 4.6 outwards.
    EXPECT_NEAR(left, (10 - 4.6f) / 0.5f, 1.3f);
    EXPECT_NEAR(right, (29 + 4.6f) / 0.5f, 1.3f);
  }
}

TEST(DbHead, ReadsItsParametersWhereverTheyStand) {
  EXPECT_EQ(Detect({{"min_text_score", 0.8}}, OneBox(0.75f))->size(), 0u);
  const Json inside = {{"min_text_score", 0.1}, {"postprocessor", {{"min_text_score", 0.8}}}};
  EXPECT_EQ(Detect(inside, OneBox(0.75f))->size(), 0u);
  EXPECT_EQ(Detect({{"postprocessor", nullptr}}, OneBox(0.75f))->size(), 1u);
  EXPECT_EQ(Detect({{"mask_thr", 0.75}}, OneBox(0.75f))->size(), 0u);
  EXPECT_EQ(Detect({{"min_text_width", 18}}, OneBox(0.75f))->size(), 1u);
  EXPECT_EQ(Detect({{"min_text_width", 19}}, OneBox(0.75f))->size(), 0u);
  EXPECT_EQ(Detect({{"rescale", false}}, OneBox(0.75f), {9, 9, 9, 9})->at(0).bbox[0].x,
            Detect({}, OneBox(0.75f))->at(0).bbox[0].x);
  EXPECT_THAT(Detect({{"postprocessor", {{"mask_thrr", 1}}}}, OneBox(1)).error().message(),
              HasSubstr("postprocessor"));
}

// mmocr takes one candidate more than it says.
TEST(DbHead, LooksAtSoManyCandidates) {
  std::vector<float> map(40 * 60);
  for (size_t y = 0; y < 40; ++y) {
    for (size_t x = 0; x < 60; ++x) map[y * 60 + x] = x % 20 < 12 ? 1 : 0;
  }
  const Tensor bars = Floats({1, 1, 40, 60}, map);
  EXPECT_EQ(Detect({}, bars)->size(), 3u);
  EXPECT_EQ(Detect({{"max_candidates", 1}}, bars)->size(), 2u);
  EXPECT_EQ(Detect({{"max_candidate", 0}}, bars)->size(), 1u);
}

TEST(DbHead, RefusesWhatIsNoMapOfProbabilities) {
  EXPECT_THAT(Detect({}, OneBox(7)).error().message(),
              HasSubstr("a text has the score 7, expected 0 to 1"));
  EXPECT_EQ(Detect({}, OneBox(1.001f))->at(0).score, 1);
  EXPECT_THAT(Detect({}, OneBox(NAN)).error().message(),
              HasSubstr("holds NaN, first at element 910"));
  EXPECT_THAT(Detect({}, Floats({2, 1, 2, 2}, std::vector<float>(8))).error().message(),
              HasSubstr("has shape 2x1x2x2, expected 1xCxHxW with 1 or more channels, or 1xHxW"));
  EXPECT_THAT(Detect({}, Floats({1, 1, 0, 3}, {})).error().message(), HasSubstr("1x1x0x3"));
}

}  // namespace
}  // namespace mmdeploy
