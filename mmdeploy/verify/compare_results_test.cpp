#include <gmock/gmock.h>

#include "mmdeploy/task/classifier/result.h"
#include "mmdeploy/task/detector/result.h"
#include "mmdeploy/verify/verify.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

template <class T>
std::vector<Record> Records(const std::vector<T>& results) {
  std::vector<Record> records;
  for (const T& result : results) records.push_back(Value(result).record());
  return records;
}

template <class T>
Comparison Compare(const std::vector<T>& expected, const std::vector<T>& found) {
  GoldenStage stage;
  stage.result_type = &TypeOf(static_cast<const T*>(nullptr));
  stage.results = Records(expected);
  stage.tolerance = {0.01, 0};
  stage.field_tolerances["bbox"] = {0.5, 0};
  return CompareResults(stage, Records(found));
}

using Labels = std::vector<Classification>;

TEST(CompareLabels, TiesMaySwap) {
  const Labels expected{{3, 0.9f}, {1, 0.5f}, {2, 0.5f}};
  EXPECT_TRUE(Compare(expected, expected).passed);
  EXPECT_TRUE(Compare(expected, {{3, 0.9f}, {2, 0.5f}, {1, 0.5f}}).passed);
  // The last label may be another one of the same score.
  EXPECT_TRUE(Compare(expected, {{3, 0.9f}, {1, 0.5f}, {7, 0.5f}}).passed);
}

TEST(CompareLabels, NamesWhatDiffers) {
  const Labels expected{{3, 0.9f}, {1, 0.5f}};
  EXPECT_THAT(Compare(expected, {{3, 0.9f}}).message, HasSubstr("1 of Classification, expected 2"));
  EXPECT_THAT(Compare(expected, {{1, 0.9f}, {3, 0.5f}}).message, HasSubstr("place 1 is label 3"));
  EXPECT_THAT(Compare(expected, {{4, 0.9f}, {1, 0.47f}}).message, HasSubstr("place 2"));
  const auto swapped = Compare(expected, {{1, 0.5f}, {3, 0.9f}});
  EXPECT_FALSE(swapped.passed);
  EXPECT_THAT(swapped.message, HasSubstr("place 1"));
}

Detection Box(int label, float score, Rect box) { return Detection{label, score, box, {}}; }

TEST(CompareBoxes, AreMatchedByPlace) {
  const std::vector<Detection> expected{Box(0, 0.5f, {0, 0, 10, 10}),
                                        Box(0, 0.5f, {20, 0, 30, 10})};
  EXPECT_TRUE(Compare(expected, {expected[1], expected[0]}).passed);
  EXPECT_TRUE(Compare(expected, {Box(0, 0.505f, {0.2f, 0, 10, 10}), expected[1]}).passed);
  EXPECT_THAT(Compare(expected, {Box(0, 0.5f, {0.6f, 0, 10, 10}), expected[1]}).message,
              HasSubstr("'bbox' differs by 0.6"));
  EXPECT_THAT(Compare(expected, {Box(1, 0.5f, {0, 0, 10, 10}), expected[1]}).message,
              HasSubstr("which is nowhere in the list"));
  EXPECT_THAT(Compare(expected, {expected[0], expected[0]}).message,
              HasSubstr("which is nowhere in the list"));
}

TEST(CompareBoxes, MasksMayDifferAtBorders) {
  const auto with_mask = [](int changed, Shape shape = {20, 20}) {
    Detection box = Box(0, 0.5f, {0, 0, 10, 10});
    box.mask = *Tensor::Allocate(DataType::kUint8, shape);
    std::fill_n(box.mask.data<uint8_t>(), box.mask.num_elements(), 0);
    std::fill_n(box.mask.data<uint8_t>(), changed, 255);
    return std::vector<Detection>{box};
  };
  EXPECT_TRUE(Compare(with_mask(0), with_mask(4)).passed);
  EXPECT_FALSE(Compare(with_mask(0), with_mask(5)).passed);
  EXPECT_FALSE(Compare(with_mask(0), with_mask(0, {20, 21})).passed);
  EXPECT_FALSE(Compare(with_mask(0), {Box(0, 0.5f, {0, 0, 10, 10})}).passed);
}

TEST(CompareBoxes, BoxesWithoutAreaAreMatchedToo) {
  const std::vector<Detection> expected{Box(2, 0.5f, {24, 0, 96, 0})};
  EXPECT_TRUE(Compare(expected, {Box(2, 0.5f, {24, 0, 96.01f, 0})}).passed);
  EXPECT_FALSE(Compare(expected, {Box(2, 0.5f, {24, 9, 96, 9})}).passed);
}

TEST(CompareBoxes, NanIsADifference) {
  EXPECT_FALSE(Compare(Labels{{1, 0.5f}}, Labels{{1, NAN}}).passed);
}

TEST(CompareTensors, WholeNumbersMayBeFloats) {
  GoldenTensor expected;
  expected.name = "labels";
  expected.shape = {2};
  expected.dtype = DataType::kInt64;
  expected.data = *Tensor::Allocate(DataType::kInt64, {2});
  std::fill_n(expected.data.data<int64_t>(), 2, 3);
  Tensor found = *Tensor::Allocate(DataType::kFloat32, {2});
  std::fill_n(found.data<float>(), 2, 3.f);
  EXPECT_TRUE(CompareTensor(expected, found, {0, 0}).passed);
  found.data<float>()[1] = 4;
  EXPECT_FALSE(CompareTensor(expected, found, {0, 0}).passed);
  Tensor narrow = *Tensor::Allocate(DataType::kUint8, {2});
  std::fill_n(narrow.data<uint8_t>(), 2, uint8_t{3});
  EXPECT_THAT(CompareTensor(expected, narrow, {0, 0}).message,
              HasSubstr("is uint8 2, expected int64 2"));
}

TEST(CompareTensors, ASmallShareMayDifferWhereRowsAreRanked) {
  GoldenTensor golden;
  golden.shape = {1, 100};
  golden.data = *Tensor::Allocate(DataType::kFloat32, golden.shape);
  std::fill_n(golden.data.data<float>(), 100, 1.f);
  Tensor found = *Tensor::Allocate(DataType::kFloat32, golden.shape);
  std::fill_n(found.data<float>(), 100, 1.f);
  found.data<float>()[7] = found.data<float>()[8] = 2;
  EXPECT_TRUE(CompareTensor(golden, found, {0, 0, 0.98}).passed);
  EXPECT_FALSE(CompareTensor(golden, found, {0, 0}).passed);
  found.data<float>()[9] = 2;
  const Comparison three = CompareTensor(golden, found, {0, 0, 0.98});
  EXPECT_FALSE(three.passed);
  EXPECT_EQ(three.message,
            "3 of 100 elements differ: at most 1 at [0,7], 0.03 on average, allowed 0 + 0 x value "
            "for 98 % of them");
}

}  // namespace
}  // namespace mmdeploy
