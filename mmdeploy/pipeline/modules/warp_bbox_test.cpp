#include <gmock/gmock.h>

#include <cmath>
#include <opencv2/imgproc.hpp>
#include <random>

#include "mmdeploy/pipeline/modules/warp_pixels.h"
#include "mmdeploy/pipeline/pipeline.h"
#include "mmdeploy/task/classifier/result.h"
#include "mmdeploy/task/text_detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;
using List = Value::List;

// An image of noise that owns its pixels.
Image Noise(PixelFormat format, int height, int width, DataType dtype = DataType::kUint8) {
  Image image;
  image.format = format;
  image.dtype = dtype;
  image.height = height;
  image.width = width;
  auto pixels = std::make_shared<std::vector<uint8_t>>(
      static_cast<size_t>(image.tight_row_bytes() * image.num_rows()));
  std::mt19937 random(7);
  if (dtype == DataType::kFloat32) {
    auto* values = reinterpret_cast<float*>(pixels->data());
    for (size_t i = 0; i < pixels->size() / 4; ++i) values[i] = static_cast<float>(random() % 256);
  } else {
    for (auto& pixel : *pixels) pixel = static_cast<uint8_t>(random());
  }
  image.data = pixels->data();
  image.owner = pixels;
  return image;
}

cv::Mat ToMat(const Image& image) {
  const int depth = image.dtype == DataType::kUint8 ? CV_8U : CV_32F;
  return cv::Mat(image.height, image.width, CV_MAKETYPE(depth, NumChannels(image.format)),
                 const_cast<uint8_t*>(image.data), static_cast<size_t>(image.stride()))
      .clone();
}

Result<Value> RunTask(const std::string& keys, std::vector<Value> inputs,
                      std::vector<EdgeType> types) {
  PipelineOptions options;
  options.inputs = std::move(types);
  const std::string names = inputs.size() == 1 ? R"("a")" : R"("a", "b")";
  const Json config = Json::parse(R"({"input": [)" + names + R"(], "output": "o", "tasks": [
      {"type": "Task", "input": [)" +
                                  names + R"(], "output": "o", )" + keys + "}]}");
  MMDEPLOY_TRY(const auto pipeline, Pipeline::FromConfig(config, options));
  MMDEPLOY_TRY(auto outputs, pipeline->Run(std::move(inputs)));
  return outputs[0];
}

Value Text(const Quad& quad) {
  TextDetection text;
  text.bbox = quad;
  return Value(text);
}

const EdgeType kImages{Kind::kImage, 1, {}};

Result<cv::Mat> Warp(const Image& image, const Quad& quad, const std::string& params = "{}") {
  const EdgeType texts{Kind(TypeOf(static_cast<const TextDetection*>(nullptr))), 1, {}};
  MMDEPLOY_TRY(const Value patches,
               RunTask(R"("module": "WarpBbox", "params": )" + params,
                       {List{Value(image)}, List{Text(quad)}}, {kImages, texts}));
  const Image& patch = patches.list()[0].image();
  EXPECT_EQ(patch.format, image.format);
  return ToMat(patch);
}

// What OpenCV makes of the three corners; the longer side lies along the rows.
cv::Mat Expected(const Image& image, std::array<cv::Point2f, 3> from) {
  const float width = static_cast<float>(cv::norm(from[1] - from[0]));
  const float height = static_cast<float>(cv::norm(from[2] - from[1]));
  const cv::Point2f to[3] = {{0, 0}, {width, 0}, {width, height}};
  cv::Mat patch;
  cv::warpAffine(ToMat(image), patch, cv::getAffineTransform(from.data(), to),
                 {static_cast<int>(width), static_cast<int>(height)});
  return patch;
}

int LargestDifference(const cv::Mat& a, const cv::Mat& b) {
  EXPECT_EQ(a.size(), b.size());
  EXPECT_EQ(a.type(), b.type());
  if (a.size() != b.size()) return 255;
  return static_cast<int>(std::ceil(cv::norm(a, b, cv::NORM_INF)));
}

// A quad of whole pixels whose long side is the first one.
Quad Around(float x, float y, float width, float height, double degrees) {
  const double angle = degrees * CV_PI / 180;
  Quad quad;
  const float sides[4][2] = {{-1, -1}, {1, -1}, {1, 1}, {-1, 1}};
  for (size_t i = 0; i < 4; ++i) {
    const double dx = sides[i][0] * width / 2, dy = sides[i][1] * height / 2;
    quad[i] = {static_cast<float>(std::round(x + dx * std::cos(angle) - dy * std::sin(angle))),
               static_cast<float>(std::round(y + dx * std::sin(angle) + dy * std::cos(angle)))};
  }
  return quad;
}

TEST(WarpBbox, IsWhatOpenCvMakesOfTheCorners) {
  for (const auto& [format, dtype] : {std::pair{PixelFormat::kBgr, DataType::kUint8},
                                      {PixelFormat::kGray, DataType::kUint8},
                                      {PixelFormat::kBgra, DataType::kUint8},
                                      {PixelFormat::kRgb, DataType::kFloat32}}) {
    const Image image = Noise(format, 80, 120, dtype);
    for (const double degrees : {0.0, 1.0, -1.0, 7.0, -30.0, 44.0, -44.0}) {
      // Inside, and over each border.
      for (const auto& [x, y] : {std::pair{60, 40}, {5, 40}, {115, 40}, {60, 3}, {60, 78}}) {
        const Quad quad = Around(static_cast<float>(x), static_cast<float>(y), 47, 13, degrees);
        const auto patch = Warp(image, quad);
        ASSERT_TRUE(patch) << patch.error().message();
        const cv::Mat expected = Expected(
            image, {{{quad[0].x, quad[0].y}, {quad[1].x, quad[1].y}, {quad[2].x, quad[2].y}}});
        // Rounding of the last bit of a matrix may move a pixel by 1/32.
        EXPECT_LE(LargestDifference(*patch, expected), degrees == 0 ? 0 : 8)
            << Name(format) << " " << degrees << " at " << x << ", " << y;
      }
    }
  }
}

// To the last bit: sizes around blocks and vectors, tiny images, patches over every border and far
// outside, turned by anything.
TEST(WarpPixels, EqualsOpenCv) {
  std::mt19937 random(1);
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  for (const auto& [image_height, image_width] :
       {std::pair{80, 120}, {1, 1}, {2, 3}, {1, 40}, {40, 1}, {33, 65}}) {
    const Image image = Noise(PixelFormat::kBgr, image_height, image_width);
    for (int i = 0; i < 300; ++i) {
      const int height = 1 + static_cast<int>(random() % 20);
      const int width = 1 + static_cast<int>(random() % 140);
      const double angle = i % 4 == 0 ? 0 : uniform(-3.2, 3.2);
      const double scale = i % 3 == 0 ? uniform(0, 3) : 1;
      std::array<double, 6> matrix = {scale * std::cos(angle),   -scale * std::sin(angle),
                                      uniform(-40, image_width), scale * std::sin(angle),
                                      scale * std::cos(angle),   uniform(-40, image_height)};
      if (i % 5 == 0) matrix[2] = std::round(matrix[2]);
      cv::Mat expected, found(height, width, CV_8UC3, cv::Scalar::all(77));
      cv::warpAffine(ToMat(image), expected, cv::Mat(2, 3, CV_64F, matrix.data()), found.size(),
                     cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
      WarpPixels({image.data, image.height, image.width, image.stride()}, matrix, height, width,
                 found.data);
      ASSERT_EQ(LargestDifference(found, expected), 0)
          << image_height << "x" << image_width << " to " << height << "x" << width << ", " << i;
    }
  }
}

// A position that lies between two whole numbers of its units: the sum that it is decides.
TEST(WarpPixels, RoundsPositionsAsOpenCv) {
  for (const auto& [height, width] : {std::pair{17, 200}, {200, 17}}) {
    const Image image = Noise(PixelFormat::kBgr, height, width);
    std::array<double, 6> matrix = {-0.4657464328326223, -0.8823529411764706,  72.00048828125,
                                    0.8849182223819824,  -0.47058823529411764, 149.00048828125};
    cv::Mat expected, found(159, 63, CV_8UC3);
    cv::warpAffine(ToMat(image), expected, cv::Mat(2, 3, CV_64F, matrix.data()), found.size(),
                   cv::INTER_LINEAR | cv::WARP_INVERSE_MAP);
    WarpPixels({image.data, image.height, image.width, image.stride()}, matrix, found.rows,
               found.cols, found.data);
    EXPECT_EQ(LargestDifference(found, expected), 0);
  }
}

TEST(WarpBbox, CornersMayStandInAnyOrder) {
  const Image image = Noise(PixelFormat::kBgr, 80, 120);
  for (const double degrees : {0.0, 20.0, -20.0}) {
    Quad quad = Around(60, 40, 50, 20, degrees);
    const cv::Mat expected = *Warp(image, quad);
    for (int i = 0; i < 4; ++i) {
      std::rotate(quad.begin(), quad.begin() + 1, quad.end());
      EXPECT_EQ(LargestDifference(*Warp(image, quad), expected), 0);
      Quad reversed = quad;
      std::reverse(reversed.begin(), reversed.end());
      EXPECT_EQ(LargestDifference(*Warp(image, reversed), expected), 0);
    }
  }
}

TEST(WarpBbox, AnUprightQuadIsCutOutWithoutACopy) {
  const Image image = Noise(PixelFormat::kBgr, 80, 120);
  const Quad quad{Point{10.4f, 5}, Point{50, 5.4f}, Point{50, 25}, Point{10, 24.7f}};
  const EdgeType texts{Kind(TypeOf(static_cast<const TextDetection*>(nullptr))), 1, {}};
  const auto patches =
      RunTask(R"("module": "WarpBbox")", {List{Value(image)}, List{Text(quad)}}, {kImages, texts});
  ASSERT_TRUE(patches) << patches.error().message();
  const Image& patch = patches->list()[0].image();
  EXPECT_EQ(patch.width, 40);
  EXPECT_EQ(patch.data, image.data + 5 * image.stride() + 10 * 3);
}

TEST(WarpBbox, TextThatRunsDownwardsIsTurned) {
  const Image image = Noise(PixelFormat::kBgr, 80, 120);
  const Quad tall{Point{10, 5}, Point{30, 5}, Point{30, 65}, Point{10, 65}};
  const cv::Mat patch = *Warp(image, tall);
  ASSERT_EQ(patch.size(), cv::Size(60, 20));
  cv::Mat turned;
  // The corner at the top right becomes the first, which lies a pixel outside of the columns.
  cv::rotate(ToMat(image)(cv::Rect(11, 5, 20, 60)), turned, cv::ROTATE_90_COUNTERCLOCKWISE);
  EXPECT_EQ(LargestDifference(patch, turned), 0);
  EXPECT_EQ(Warp(image, tall, R"({"max_aspect": 3})")->size(), cv::Size(20, 60));
  EXPECT_EQ(Warp(image, tall, R"({"max_aspect": 2.9})")->size(), cv::Size(60, 20));
}

TEST(WarpBbox, StrangeQuadsGivePictures) {
  const Image image = Noise(PixelFormat::kGray, 8, 9);
  for (const Quad& quad :
       {Quad{Point{3, 3}, {3, 3}, {3, 3}, {3, 3}}, Quad{Point{0, 0}, {8, 0}, {8, 0}, {0, 0}},
        Quad{Point{0, 0}, {5, 5}, {5, 5}, {0, 0}}, Quad{Point{0, 0}, {5, 5}, {5, 0}, {0, 5}}}) {
    const auto patch = Warp(image, quad);
    ASSERT_TRUE(patch) << patch.error().message();
    EXPECT_GE(std::min(patch->rows, patch->cols), 1);
  }
  EXPECT_EQ(cv::countNonZero(*Warp(image, {Point{-50, 0}, {-40, 0}, {-40, 5}, {-50, 5}})), 0);
  const Image pixel = Noise(PixelFormat::kGray, 1, 1);
  EXPECT_EQ(Warp(pixel, {Point{0, 0}, {1, 0}, {1, 1}, {0, 1}})->at<uint8_t>(0), *pixel.data);
}

TEST(WarpBbox, RefusesWhatItCannotCut) {
  const Image image = Noise(PixelFormat::kBgr, 8, 8);
  EXPECT_THAT(
      Warp(image, {Point{NAN, 0}, {1, 0}, {1, 1}, {0, 1}}).error().message(),
      HasSubstr("the quad has a corner at (nan, 0), expected numbers between -1e9 and 1e9"));
  EXPECT_THAT(Warp(image, {Point{0, 0}, {1e9F, 0}, {1, 1}, {0, 1}}).error().message(),
              HasSubstr("the quad has a corner at (1000000000, 0), expected numbers between"));
  EXPECT_THAT(Warp(image, {Point{0, 0}, {40000, 0}, {40000, 1}, {0, 1}}).error().message(),
              HasSubstr("allowed: sides up to 32766"));
  EXPECT_THAT(Warp(Noise(PixelFormat::kNv12, 8, 8), {Point{0, 0}, {4, 0}, {4, 4}, {0, 4}})
                  .error()
                  .message(),
              HasSubstr("a NV12 image cannot be cut; convert it to BGR"));
  EXPECT_THAT(Warp(image, {}, R"({"max_aspct": 1})").error().message(), HasSubstr("max_aspect"));
}

// The form of 0.x takes all texts of an image at once.
TEST(WarpBoxes, CutsOutEachText) {
  const Image image = Noise(PixelFormat::kBgr, 30, 40);
  const EdgeType texts{Kind(TypeOf(static_cast<const TextDetection*>(nullptr))), 2, {}};
  const Value two(List{Text({Point{1, 2}, {21, 2}, {21, 12}, {1, 12}}),
                       Text({Point{5, 5}, {9, 5}, {9, 8}, {5, 8}})});
  const auto patches =
      RunTask(R"("module": "WarpBoxes")", {List{Value(image), Value(image)}, List{two, List{}}},
              {kImages, texts});
  ASSERT_TRUE(patches) << patches.error().message();
  ASSERT_EQ(patches->list()[0].list().size(), 2u);
  EXPECT_EQ(patches->list()[0].list()[1].image().width, 4);
  EXPECT_TRUE(patches->list()[1].list().empty());
}

TEST(Rotate, TurnsClockwise) {
  const Image image = Noise(PixelFormat::kBgr, 5, 7);
  for (const auto& [degrees, code] : {std::pair{90, cv::ROTATE_90_CLOCKWISE},
                                      {180, cv::ROTATE_180},
                                      {270, cv::ROTATE_90_COUNTERCLOCKWISE}}) {
    const auto turned =
        RunTask(fmt::format(R"("module": "Rotate", "params": {{"degrees": {}}})", degrees),
                {List{Value(image)}}, {kImages});
    ASSERT_TRUE(turned) << turned.error().message();
    cv::Mat expected;
    cv::rotate(ToMat(image), expected, code);
    EXPECT_EQ(LargestDifference(ToMat(turned->list()[0].image()), expected), 0);
  }
  EXPECT_THAT(
      RunTask(R"("module": "Rotate", "params": {"degrees": 45})", {List{Value(image)}}, {kImages})
          .error()
          .message(),
      HasSubstr("degrees: found 45, allowed: 90, 180, 270"));
}

TEST(IsLabel, LooksAtTheFirstResult) {
  const EdgeType labels{Kind(TypeOf(static_cast<const Classification*>(nullptr))), 2, {}};
  const auto label = [](int id, float score) { return Value(Classification{id, score}); };
  const auto found = RunTask(
      R"("module": "IsLabel", "params": {"label_id": 1, "min_score": 0.9})",
      {List{List{label(1, 0.9f)}, List{label(1, 0.8f)}, List{label(0, 1), label(1, 1)}, List{}}},
      {labels});
  ASSERT_TRUE(found) << found.error().message();
  std::vector<bool> answers;
  for (const Value& value : found->list()) answers.push_back(value.boolean());
  EXPECT_THAT(answers, ::testing::ElementsAre(true, false, false, false));
}

TEST(Coalesce, GivesTheFirstThatIsThere) {
  const EdgeType numbers{{Kind::kInt, Kind::kNull}, 1, {}};
  const auto found = RunTask(R"("module": "Coalesce")",
                             {List{Value(), Value(int64_t{1}), Value()},
                              List{Value(int64_t{2}), Value(int64_t{3}), Value()}},
                             {numbers, numbers});
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->list()[0].integer(), 2);
  EXPECT_EQ(found->list()[1].integer(), 1);
  EXPECT_EQ(found->list()[2].kind(), Kind::kNull);
}

}  // namespace
}  // namespace mmdeploy
