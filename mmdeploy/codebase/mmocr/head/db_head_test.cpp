#include <gmock/gmock.h>

#include <opencv2/imgproc.hpp>
#include <random>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/codebase/mmocr/head/outlines.h"
#include "mmdeploy/codebase/mmocr/head/text_maps.h"
#include "mmdeploy/codebase/mmocr/head/unclip.h"
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

using mmocr::Polygon;

// Noise, blobs with holes, lines, frames within frames, everything, nothing.
cv::Mat MaskThatHurts(std::mt19937& random, int height, int width, int kind) {
  const auto below = [&](int limit) { return static_cast<int>(random() % unsigned(limit)); };
  cv::Mat mask(height, width, CV_8U, cv::Scalar(kind == 5));
  if (kind < 2) {
    for (int i = 0; i < height * width; ++i) mask.data[i] = below(10) < (kind ? 8 : 3);
  } else if (kind < 4) {
    for (int i = 0; i < 12; ++i) {
      const cv::Point a(below(width), below(height)), b(below(width), below(height));
      if (kind == 2) {
        cv::ellipse(mask,
                    cv::RotatedRect(a, cv::Size2f(1.F + below(30), 1.F + below(30)), below(90)),
                    i % 3 != 2, -1);
      } else {
        cv::line(mask, a, b, i % 4 != 3, 1 + below(3));
      }
    }
  } else if (kind == 4) {
    for (int i = 0; i < std::min(height, width) / 2; ++i) {
      cv::rectangle(mask, {i, i}, {width - 1 - i, height - 1 - i}, i % 3 != 2);
    }
  }
  return mask;
}

TEST(FindOutlines, EqualsOpenCv) {
  std::mt19937 random(1);
  for (int i = 0; i < 700; ++i) {
    const int height = 1 + int(random() % 50), width = 1 + int(random() % 90);
    const cv::Mat mask = MaskThatHurts(random, height, width, i % 7);
    std::vector<Polygon> expected;
    cv::findContours(mask, expected, cv::RETR_LIST, cv::CHAIN_APPROX_SIMPLE);
    cv::Mat around;
    cv::copyMakeBorder(mask, around, 1, 1, 1, 1, cv::BORDER_CONSTANT, cv::Scalar(0));
    const mmocr::Mask pixels{around.ptr(1) + 1, height, width, int64_t(around.step)};
    const auto found = mmocr::FindOutlines(pixels, {0, height});
    ASSERT_EQ(found, expected) << height << "x" << width << ", kind " << i % 7;
  }
}

// Convex polygons as they come of texts, needles and nearly level sides among them.
Polygon ConvexPolygon(std::mt19937& random, int kind) {
  const auto below = [&](int limit) { return static_cast<int>(random() % unsigned(limit)); };
  Polygon points;
  if (kind == 0) {
    for (int i = 0; i < 10; ++i) points.emplace_back(below(300), below(i % 2 ? 60 : 9));
    cv::convexHull(Polygon(points), points, below(2) != 0);
    return points;
  }
  cv::Mat mask(300, 400, CV_8U, cv::Scalar(0));
  const cv::RotatedRect box(cv::Point2f(200 + below(100) / 100.F, 150),
                            cv::Size2f(3 + below(20000) / 100.F, 3 + below(3000) / 100.F),
                            below(36000) / 100.F);
  cv::Point2f corners[4];
  box.points(corners);
  const Polygon ends(corners, corners + 4);
  if (kind == 1) cv::fillPoly(mask, std::vector<Polygon>{ends}, 1);
  if (kind == 2) cv::ellipse(mask, box, 1, -1);
  std::vector<Polygon> outlines;
  cv::findContours(mask, outlines, cv::RETR_LIST, cv::CHAIN_APPROX_SIMPLE);
  cv::approxPolyDP(outlines[0], points, 0.01 * cv::arcLength(outlines[0], true), true);
  return points;
}

TEST(Unclip, HasTheRectangleOfClippersPolygon) {
  std::mt19937 random(1);
  int convex = 0;
  for (int i = 0; i < 6000; ++i) {
    const Polygon polygon = ConvexPolygon(random, i % 3);
    if (polygon.size() < 3) continue;
    const double ratio = i % 2 ? 1.5 : 0.01 * static_cast<double>(random() % 300);
    const Polygon expected = mmocr::UnclipByClipper(polygon, ratio);
    const Polygon found = mmocr::Unclip(polygon, ratio);
    convex += found != expected;
    ASSERT_EQ(found.empty(), expected.empty()) << i;
    if (expected.empty()) continue;
    const auto corners = mmocr::RectangleAround(found, -1);
    ASSERT_TRUE(corners == mmocr::RectangleAround(expected, -1)) << i << ", ratio " << ratio;
  }
  EXPECT_GT(convex, 1000);
}

}  // namespace
}  // namespace mmdeploy
