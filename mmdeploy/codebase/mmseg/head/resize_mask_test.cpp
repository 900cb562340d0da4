#include <gmock/gmock.h>

#include "mmdeploy/codebase/head_testing.h"
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

TEST(ResizeMask, RefusesOtherOutputs) {
  EXPECT_THAT(Segment({{"num_classes", 2}}, Floats({1, 2, 1, 1}, {0, 1}), 1, 1).error().message(),
              HasSubstr("output 'output' has shape 1x2x1x1, expected 1x1xHxW"));
  EXPECT_THAT(
      Segment({{"num_classes", 3}, {"with_argmax", false}}, Floats({1, 2, 1, 1}, {0, 1}), 1, 1)
          .error()
          .message(),
      HasSubstr("expected 1x3xHxW"));
  EXPECT_THAT(MakeHead("mmseg", "ResizeMask", {}).error().message(),
              HasSubstr("required key missing: 'num_classes'"));
}

}  // namespace
}  // namespace mmdeploy
