#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <random>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/codebase/mmpose/head/heatmap.h"
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {
namespace {

using testing::Floats;
using ::testing::HasSubstr;

constexpr const char* kName = "TopdownHeatmapSimpleHeadDecode";

Result<PoseDetection> Decode(const Json& params, const Tensor& maps, bool with_box = true) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmpose", kName, params));
  ImageMeta meta;
  if (with_box) {
    meta.center = Point{50, 60};
    meta.scale = Point{0.5f, 0.25f};  // 100 x 50 pixels
  }
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", maps}}, meta));
  return result.result<PoseDetection>();
}

// A map of 5 x 10 with a peak, whose neighbour to the right is larger than that to the left.
Tensor OneMap(int x, int y, float value) {
  std::vector<float> map(50);
  if (x < 9) map[static_cast<size_t>(y * 10 + x + 1)] = value / 2;
  map[static_cast<size_t>(y * 10 + x)] = value;
  return Floats({1, 1, 5, 10}, map);
}

TEST(TopdownHeatmapDecode, FindsThePeak) {
  const auto pose = Decode({{"post_process", "null"}}, OneMap(4, 2, 0.75f));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_EQ(pose->scores, std::vector<float>{0.75f});
  EXPECT_FLOAT_EQ(pose->points[0].x, 4 * 10 + 0);
  EXPECT_FLOAT_EQ(pose->points[0].y, 2 * 10 + 35);
}

TEST(TopdownHeatmapDecode, MovesAQuarterTowardsTheNeighbour) {
  EXPECT_FLOAT_EQ(Decode({}, OneMap(4, 2, 1))->points[0].x, 4.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(4, 2, 1))->points[0].y, 2 * 10 + 35);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(1, 2, 1))->points[0].x, 1 * 10);  // too near to the border
  EXPECT_FLOAT_EQ(Decode({}, OneMap(2, 2, 1))->points[0].x, 2.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(8, 2, 1))->points[0].x, 8.25f * 10);
  EXPECT_FLOAT_EQ(Decode({}, OneMap(9, 2, 1))->points[0].x, 9 * 10);
}

TEST(TopdownHeatmapDecode, AMapWithoutPeakHasNoPoint) {
  const auto pose = Decode({}, Floats({1, 1, 5, 10}, std::vector<float>(50)));
  ASSERT_TRUE(pose);
  EXPECT_FLOAT_EQ(pose->points[0].x, -10);
  EXPECT_FLOAT_EQ(pose->scores[0], 0);
}

// A peak of deviation 2 with its top between cells, on a map of 30 x 40.
Tensor Gaussian(float x, float y) {
  std::vector<float> map;
  for (int row = 0; row < 30; ++row) {
    for (int column = 0; column < 40; ++column) {
      const float dx = static_cast<float>(column) - x, dy = static_cast<float>(row) - y;
      map.push_back(std::exp((dx * dx + dy * dy) / -8));
    }
  }
  return Floats({1, 1, 30, 40}, map);
}

// ../heads_test.py compares with mmpose itself.
TEST(TopdownHeatmapDecode, DarkFindsThePlaceBetweenCells) {
  for (const Json& params : {Json{{"post_process", "unbiased"}}, Json{{"unbiased_decoding", true}},
                             Json{{"post_process", true}, {"unbiased_decoding", true}}}) {
    const auto pose = Decode(params, Gaussian(17.3F, 12.6F));
    ASSERT_TRUE(pose) << pose.error().message();
    EXPECT_NEAR(pose->points[0].x, 17.3F * 2.5F, 0.02F);
    EXPECT_NEAR(pose->points[0].y, 12.6F * 50 / 30 + 35, 0.02F);
  }
}

TEST(TopdownHeatmapDecode, UdpMeasuresBetweenCentres) {
  const auto pose = Decode({{"use_udp", true}}, Gaussian(17.3F, 12.6F));
  ASSERT_TRUE(pose) << pose.error().message();
  EXPECT_NEAR(pose->points[0].x, 17.3F * 100 / 39, 0.02F);
  EXPECT_NEAR(pose->points[0].y, 12.6F * 50 / 29 + 35, 0.02F);
}

TEST(TopdownHeatmapDecode, OffsetsAreInUnitsOfTheRadius) {
  std::vector<float> maps(3 * 30 * 40);
  maps[12 * 40 + 17] = 1;
  std::fill(maps.begin() + 1200, maps.begin() + 2400, 0.5F);
  std::fill(maps.begin() + 2400, maps.end(), -0.25F);
  const Json params = {
      {"use_udp", true}, {"target_type", "combinedTARGET"}, {"valid_radius_factor", 0.1}};
  const auto pose = Decode(params, Floats({1, 3, 30, 40}, maps));
  ASSERT_TRUE(pose) << pose.error().message();
  ASSERT_EQ(pose->points.size(), 1);
  EXPECT_NEAR(pose->points[0].x, (17 + 1.5F) * 100 / 39, 1e-3F);
  EXPECT_NEAR(pose->points[0].y, (12 - 0.75F) * 50 / 29 + 35, 1e-3F);
  EXPECT_THAT(Decode(params, Gaussian(1, 1)).error().message(), HasSubstr("a point has three"));
}

// Where there is no top, or it lies at a border, the cell itself is the place, in every mode.
TEST(TopdownHeatmapDecode, NothingButTheCellWhereThereIsNoTop) {
  const std::vector<float> flat(1200, 0.5F), none(1200), negative(1200, -2);
  for (const Json& params : {Json{{"post_process", "unbiased"}}, Json{{"use_udp", true}},
                             Json{{"post_process", nullptr}}, Json{{"post_process", "megvii"}},
                             Json{{"post_process", false}}}) {
    for (const auto* values : {&flat, &none, &negative}) {
      const auto pose = Decode(params, Floats({1, 1, 30, 40}, *values));
      ASSERT_TRUE(pose) << pose.error().message();
      EXPECT_TRUE(std::isfinite(pose->points[0].x) && std::isfinite(pose->scores[0]));
      if (values != &flat) {
        EXPECT_LT(pose->points[0].x, 0);
      }
    }
  }
  const auto one = Decode({{"use_udp", true}}, Floats({1, 1, 1, 1}, {1}));
  EXPECT_THAT(one.error().message(), HasSubstr("which use_udp has no place in"));
}

TEST(TopdownHeatmapDecode, RefusesWhatItCannotDecode) {
  const Tensor map = OneMap(1, 1, 1);
  EXPECT_THAT(Decode({{"post_process", "dark"}}, map).error().message(),
              HasSubstr("unknown value 'dark', allowed: 'default'"));
  EXPECT_THAT(Decode({{"use_udp", true}, {"post_process", "megvii"}}, map).error().message(),
              HasSubstr("allowed is one of them"));
  EXPECT_THAT(
      Decode({{"unbiased_decoding", true}, {"post_process", nullptr}}, map).error().message(),
      HasSubstr("unbiased_decoding is true and post_process null"));
  EXPECT_THAT(Decode({{"modulate_kernel", 4}}, map).error().message(),
              HasSubstr("found 4, allowed: odd numbers"));
  EXPECT_THAT(Decode({{"target_type", "Heat"}}, map).error().message(),
              HasSubstr("allowed: GaussianHeatmap, CombinedTarget"));
  EXPECT_THAT(Decode({}, map, false).error().message(), HasSubstr("has no center and scale"));
  EXPECT_THAT(Decode({}, Floats({1, 5, 10}, std::vector<float>(50))).error().message(),
              HasSubstr("expected float32 of 4 or more dimensions"));
  EXPECT_THAT(Decode({}, OneMap(1, 1, NAN)).error().message(), HasSubstr("holds NaN"));
}

using Mode = HeatmapDecoding::Mode;

// Maps with peaks anywhere, of any size: smooth, noisy, flat on top, several, negative, spikes,
// almost nothing, infinite.
std::vector<float> MapThatHurts(std::mt19937& random, int height, int width, int kind) {
  const auto uniform = [&](float low, float high) {
    return std::uniform_real_distribution<float>(low, high)(random);
  };
  const float x = uniform(-1, float(width)), y = uniform(-1, float(height));
  const float other = uniform(0, float(width)), sigma = uniform(0.3F, 4);
  std::vector<float> map;
  for (int cell = 0; cell < height * width; ++cell) {
    const float dx = float(cell % width) - x, dy = float(cell / width) - y;
    const float ex = float(cell % width) - other;
    const float peak = std::exp((dx * dx + dy * dy) / (-2 * sigma * sigma));
    const float values[] = {peak,
                            peak + uniform(-0.2F, 0.2F),
                            peak > 0.3F ? 0.3F : 0,
                            peak + 0.999F * std::exp((ex * ex + dy * dy) / (-2 * sigma * sigma)),
                            peak - 0.9F,
                            uniform(-1, 1),
                            uniform(0, 1) < 0.01F ? 1.F : 0.F,
                            1e-37F * peak,
                            cell == 3 ? std::numeric_limits<float>::infinity() : peak,
                            cell == 3 ? -std::numeric_limits<float>::infinity() : peak};
    map.push_back(values[kind]);
  }
  return map;
}
constexpr int kKinds = 10;

cv::Mat BlurWithOpenCv(const std::vector<float>& map, int height, int width, int side, int border) {
  cv::Mat blurred;
  const cv::Mat in(height, width, CV_32F, const_cast<float*>(map.data()));
  cv::GaussianBlur(in, blurred, {side, side}, 0, 0, border);
  return blurred;
}

void ExpectSame(float found, float expected) {
  if (std::isnan(expected)) {
    EXPECT_TRUE(std::isnan(found)) << found;
  } else {
    EXPECT_FLOAT_EQ(found, expected);
  }
}

TEST(PartialBlur, IsPartOfTheWholeBlur) {
  std::mt19937 random(1);
  for (int i = 0; i < 400; ++i) {
    const int height = 2 + int(random() % 70), width = 2 + int(random() % 70);
    const int side = 1 + 2 * int(random() % 14);
    const auto map = MapThatHurts(random, height, width, i % kKinds);
    const bool mirror = i % 3 == 0;
    const cv::Mat expected =
        BlurWithOpenCv(map, height, width, side, mirror ? cv::BORDER_DEFAULT : cv::BORDER_CONSTANT);
    const Kernel kernel(side);
    PartialBlur blur(kernel, height, width, mirror ? Border::kMirror : Border::kZero);
    Part part{int(random() % unsigned(width)), int(random() % unsigned(height)), 0, 0};
    part.width = 1 + int(random() % unsigned(width - part.left));
    part.height = 1 + int(random() % unsigned(height - part.top));
    const BlurredPart found = blur.Of({map.data(), height, width}, part);
    for (int y = part.top; y < part.top + part.height; ++y) {
      for (int x = part.left; x < part.left + part.width; ++x) {
        // What is added up to nearly nothing has rounding errors of what was added.
        if (std::abs(expected.at<float>(y, x)) < 1e-5F) {
          EXPECT_NEAR(found.At(x, y), expected.at<float>(y, x), 1e-7F);
        } else {
          ExpectSame(found.At(x, y), expected.at<float>(y, x));
        }
      }
    }
    ASSERT_FALSE(HasFailure()) << height << "x" << width << ", side " << side << ", kind "
                               << i % kKinds;
  }
}

// The first of the largest values, as (x, y, value).
std::array<float, 3> FirstPeak(const cv::Mat& map) {
  std::array<float, 3> peak{-1, -1, -std::numeric_limits<float>::infinity()};
  for (int i = 0; i < int(map.total()); ++i) {
    const float value = map.ptr<float>()[i];
    if (value <= peak[2]) continue;
    peak[2] = value;
    if (value > 0) peak = {float(i % map.cols), float(i / map.cols), value};
  }
  return peak;
}

// The part that is blurred has the peak of the whole map.
TEST(HeatmapDecoder, FindsThePeaksOfBlurredMaps) {
  std::mt19937 random(2);
  for (int i = 0; i < 600; ++i) {
    const int height = 2 + int(random() % 90), width = 2 + int(random() % 70);
    HeatmapDecoding decoding;
    decoding.mode = i % 2 ? Mode::kUdpOffsets : Mode::kMegvii;
    decoding.kernel = i % 3 ? 11 : 1 + 2 * int(random() % 8);
    const int kind = i / 2 % (kKinds - 2);  // what is infinite has no peak
    auto map = MapThatHurts(random, height, width, kind);
    const float largest = *std::max_element(map.begin(), map.end());
    std::array<float, 3> expected{-1, -1, largest};
    if (decoding.mode == Mode::kUdpOffsets) {
      expected = FirstPeak(
          BlurWithOpenCv(map, height, width, 2 * decoding.kernel + 1, cv::BORDER_DEFAULT));
      map.resize(map.size() * 3);  // without offsets
    } else if (largest > 0) {
      cv::Mat blurred = BlurWithOpenCv(map, height, width, decoding.kernel, cv::BORDER_CONSTANT);
      blurred *= largest / FirstPeak(blurred)[2];
      expected = FirstPeak(blurred);
    }
    const int count = decoding.mode == Mode::kUdpOffsets ? 3 : 1;
    const auto points = HeatmapDecoder(decoding).Decode(map.data(), count, height, width);
    ASSERT_TRUE(points);
    const MapPoint& point = points->at(0);
    // Megvii moves it by half a cell and a quarter.
    const float around = decoding.mode == Mode::kUdpOffsets ? 0 : 0.75F;
    EXPECT_NEAR(point.place.x, expected[0], around);
    EXPECT_NEAR(point.place.y, expected[1], around);
    ExpectSame(point.score,
               decoding.mode == Mode::kUdpOffsets ? expected[2] : expected[2] / 255 + 0.5F);
    ASSERT_FALSE(HasFailure()) << height << "x" << width << ", " << i;
  }
}

// The cells that mmpose reads for it lie in the map before, of the first one in the last.
TEST(HeatmapDecoder, UdpMovesAPointWithoutPeakByThePreviousMap) {
  constexpr int kHeight = 4, kWidth = 5, kSize = kHeight * kWidth;
  HeatmapDecoding decoding;
  decoding.mode = Mode::kUdp;
  decoding.kernel = 1;  // no blur
  std::vector<float> maps(2 * kSize, -1.F);
  std::fill_n(maps.begin() + kSize, kSize, 0.01F);  // a step of log(10) above the smallest
  const auto points = HeatmapDecoder(decoding).Decode(maps.data(), 2, kHeight, kWidth);
  ASSERT_TRUE(points);
  // Slopes and the mixed curvature are -log(10) / 2, the others log(10): one cell right and down.
  EXPECT_NEAR(points->at(0).place.x, -1 + 1, 1e-5);
  EXPECT_NEAR(points->at(0).place.y, -1 + 1, 1e-5);
  EXPECT_EQ(points->at(0).score, -1);

  decoding.mode = Mode::kUdpOffsets;
  decoding.valid_radius_factor = 0.5F;  // two cells
  maps.assign(6 * kSize, 0);
  maps[4 * kSize + 2 * kWidth + 4] = 0.25F;  // the last cell but one row
  maps[5 * kSize + 2 * kWidth + 4] = -0.5F;
  const auto moved = HeatmapDecoder(decoding).Decode(maps.data(), 6, kHeight, kWidth);
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->at(0).place.x, -1 + 0.5F);
  EXPECT_EQ(moved->at(0).place.y, -1 - 1.F);
  EXPECT_EQ(moved->at(1).place.x, -1);  // the first point has no offsets
}

}  // namespace
}  // namespace mmdeploy
