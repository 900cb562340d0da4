#include <gmock/gmock.h>

#include <array>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <random>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/codebase/mmseg/head/label_map.h"
#include "mmdeploy/task/segmentor/result.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using testing::Floats;
using ::testing::HasSubstr;
using testing::MakeHead;
using testing::MakeTensor;

Result<Segmentation> Segment(const Json& params, const Tensor& output, int height, int width) {
  MMDEPLOY_TRY(const auto head, MakeHead("mmseg", "ResizeMask", params));
  ImageMeta meta;
  meta.ori_shape = {height, width, 3};
  MMDEPLOY_TRY(const Value result, testing::RunHead(*head, {{"output", output}}, meta));
  return result.result<Segmentation>();
}

std::vector<int> Labels(const Result<Segmentation>& result) {
  EXPECT_TRUE(result) << result.error().message();
  return {result->mask.data<int32_t>(), result->mask.data<int32_t>() + result->mask.num_elements()};
}

TEST(ResizeMask, TakesTheNearestLabel) {
  const auto result = Segment({{"num_classes", 9}}, Floats({1, 1, 2, 2}, {1, 2, 3, 4}), 3, 4);
  EXPECT_THAT(Labels(result), ElementsAre(1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4));
  EXPECT_EQ(result->height, 3);
  EXPECT_EQ(result->width, 4);
  EXPECT_EQ(result->classes, 9);
  EXPECT_TRUE(result->score.empty());
}

TEST(ResizeMask, ReadsEveryTypeOfLabel) {
  const Json params = {{"num_classes", 9}};
  EXPECT_THAT(
      Labels(Segment(params, MakeTensor<int32_t>(DataType::kInt32, {1, 1, 1, 2}, {7, 8}), 1, 2)),
      ElementsAre(7, 8));
  EXPECT_THAT(
      Labels(Segment(params, MakeTensor<int64_t>(DataType::kInt64, {1, 1, 1, 2}, {7, 8}), 1, 2)),
      ElementsAre(7, 8));
  EXPECT_THAT(Segment(params, MakeTensor<uint8_t>(DataType::kUint8, {1, 1, 1, 1}, {7}), 1, 1)
                  .error()
                  .message(),
              HasSubstr("expected float32, int32 or int64"));
}

TEST(ResizeMask, GivesScoresWhenAsked) {
  const auto result = Segment({{"num_classes", 2}, {"with_argmax", false}},
                              Floats({1, 2, 1, 2}, {0, 1, 4, 8}), 1, 4);
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_TRUE(result->mask.empty());
  const float* scores = result->score.data<float>();
  EXPECT_THAT(std::vector<float>(scores, scores + 8), ElementsAre(0, .25f, .75f, 1, 4, 5, 7, 8));
}

TEST(ResizeMask, AlignsTheCornersOfScores) {
  const auto result = Segment({{"num_classes", 1}, {"with_argmax", false}, {"align_corners", true}},
                              Floats({1, 1, 2, 2}, {0, 3, 6, 9}), 1, 4);
  ASSERT_TRUE(result) << result.error().message();
  const float* scores = result->score.data<float>();
  // A single row is the first one, as in PyTorch.
  EXPECT_THAT(std::vector<float>(scores, scores + 4), ElementsAre(0, 1, 2, 3));
}

TEST(ResizeMask, ComparesScoresWhenTheNetworkDoesNot) {
  const auto result = Segment({{"num_classes", 2}}, Floats({1, 2, 1, 2}, {0, 1, .4f, .4f}), 1, 4);
  // Scores of class 0 at the four pixels: 0, 0.25, 0.75, 1.
  EXPECT_THAT(Labels(result), ElementsAre(1, 1, 0, 0));
  EXPECT_TRUE(result->score.empty());
}

TEST(ResizeMask, RefusesLabelsThatAreNoClass) {
  const auto message = [](const Tensor& output) {
    return Segment({{"num_classes", 300}}, output, 3, 3).error().message();
  };
  EXPECT_THAT(
      message(MakeTensor<int64_t>(DataType::kInt64, {1, 1, 2, 2}, {0, 299, 300, 1})),
      HasSubstr("has label 300 in row 1, column 0; the model has 300 classes (num_classes)"));
  EXPECT_THAT(message(MakeTensor<int32_t>(DataType::kInt32, {1, 1, 1, 2}, {0, -1})),
              HasSubstr("has label -1 in row 0, column 1"));
  EXPECT_THAT(message(MakeTensor<int64_t>(DataType::kInt64, {1, 1, 1, 1}, {int64_t{1} << 32})),
              HasSubstr("has label 4294967296 in row 0, column 0"));
  EXPECT_THAT(message(Floats({1, 1, 1, 2}, {299.4f, std::nanf("")})), HasSubstr("label nan"));
  EXPECT_THAT(message(Floats({1, 1, 1, 1}, {1e20f})), HasSubstr("label 1e+20"));
}

TEST(ResizeMask, RefusesOtherOutputs) {
  EXPECT_THAT(
      Segment({{"num_classes", 3}}, Floats({1, 2, 1, 1}, {0, 1}), 1, 1).error().message(),
      HasSubstr("output 'output' has shape 1x2x1x1, expected labels 1x1xHxW or scores 1x3xHxW "
                "(num_classes 3)"));
  EXPECT_THAT(
      Segment({{"num_classes", 3}, {"with_argmax", false}}, Floats({1, 2, 1, 1}, {0, 1}), 1, 1)
          .error()
          .message(),
      HasSubstr("expected scores 1x3xHxW (num_classes 3)"));
  EXPECT_THAT(MakeHead("mmseg", "ResizeMask", {}).error().message(),
              HasSubstr("required key missing: 'num_classes'"));
}

// Sizes at, below and above those of vectors and blocks; up, down, and along one side only.
TEST(LabelMap, BestClassesAreThoseOfThePlainCode) {
  std::mt19937 random(0);
  std::uniform_int_distribution<int> score(0, 5);  // ties
  struct Case {
    int64_t classes, height, width, to_height, to_width;
  };
  for (const Case& c :
       {Case{1, 1, 1, 1, 1}, Case{3, 1, 1, 7, 9}, Case{2, 5, 7, 1, 1}, Case{300, 3, 4, 5, 67},
        Case{4, 63, 65, 63, 65}, Case{5, 64, 128, 64, 128}, Case{3, 9, 31, 9, 64},
        Case{3, 9, 31, 64, 31}, Case{4, 33, 65, 130, 201}, Case{4, 70, 90, 35, 44}}) {
    std::vector<float> scores(static_cast<size_t>(c.classes * c.height * c.width));
    for (float& value : scores) value = static_cast<float>(score(random));
    if (scores.size() > 10) {
      scores[3] = std::nanf("");
      scores[scores.size() - 1] = std::nanf("");
      scores[7] = std::numeric_limits<float>::infinity();
      scores[9] = -std::numeric_limits<float>::infinity();
    }
    const ScoreMap map{scores.data(), c.classes, c.height, c.width};
    for (const bool align_corners : {false, true}) {
      for (const int num_threads : {1, 3}) {
        std::vector<int32_t> found(static_cast<size_t>(c.to_height * c.to_width), -1),
            expected(found);
        BestClasses(map, c.to_height, c.to_width, align_corners, num_threads, found.data());
        BestClassesReference(map, c.to_height, c.to_width, align_corners, expected.data());
        EXPECT_EQ(found, expected) << c.classes << "x" << c.height << "x" << c.width << " to "
                                   << c.to_height << "x" << c.to_width << " " << align_corners;
      }
    }
  }
}

TEST(LabelMap, NearestLabelsAreThoseOfOpenCV) {
  std::mt19937 random(0);
  for (const auto& [height, width, to_height, to_width] :
       {std::array{1, 1, 3, 5}, std::array{5, 7, 1, 1}, std::array{33, 47, 33, 47},
        std::array{33, 47, 100, 47}, std::array{33, 47, 33, 101}, std::array{64, 96, 17, 31}}) {
    cv::Mat from(height, width, CV_32SC1), expected;
    for (int i = 0; i < height * width; ++i)
      from.at<int>(i / width, i % width) = static_cast<int>(random() % 300);
    cv::resize(from, expected, {to_width, to_height}, 0, 0, cv::INTER_NEAREST);
    cv::Mat found(to_height, to_width, CV_32SC1);
    EXPECT_EQ(NearestLabels(from.ptr<int>(), height, width, to_height, to_width, 300, 2,
                            found.ptr<int>()),
              -1);
    EXPECT_EQ(cv::countNonZero(found != expected), 0) << to_height << "x" << to_width;
  }
}

}  // namespace
}  // namespace mmdeploy
