#include <gmock/gmock.h>

#include "mmdeploy/codebase/mmdet/head/raw_head_testing.h"

namespace mmdeploy {
namespace {

using ::testing::ElementsAre;
using ::testing::FloatNear;
using ::testing::HasSubstr;

const Json kParams = {{"anchor_generator", {{"strides", {8}}, {"base_sizes", {{{16, 8}, {4, 4}}}}}},
                      {"num_classes", 2},
                      {"conf_thr", 0.5},
                      {"score_thr", 0.5}};

std::vector<float> Numbers(const NamedTensors& tensors, const std::string& name) {
  const Tensor& tensor = *Find(tensors, name);
  return {tensor.data<float>(), tensor.data<float>() + tensor.num_elements()};
}

// 1 row, 2 columns; objectness of the 4 predictions in mmdet's order, and of each the classes.
Result<Value> Decode(const Json& params, const std::vector<float>& objectness,
                     const std::vector<float>& classes) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmdet", "YOLOV3Decode", params));
  Tensor map = testing::Filled({1, 14, 1, 2}, [](int64_t) { return 0.f; });
  for (int place = 0; place < 2; ++place) {
    for (int anchor = 0; anchor < 2; ++anchor) {
      const auto row = static_cast<size_t>(2 * place + anchor);
      float* numbers = map.data<float>() + 14 * anchor + place;
      numbers[8] = objectness[row];
      numbers[10] = classes[2 * row];
      numbers[12] = classes[2 * row + 1];
    }
  }
  return testing::RunHead(*head, {{"pred_maps.0", map}}, testing::MetaOfInput(8, 16));
}

TEST(Yolov3Decode, RowsAreThoseOfMmdet) {
  const auto decoded = Decode(kParams, {20, 20, 20, 20}, {20, -20, -20, 20, 0, 20, 20, 0});
  ASSERT_TRUE(decoded);
  EXPECT_THAT(Numbers(decoded->tensors(), "boxes"),
              ElementsAre(-4, 0, 12, 8, 2, 2, 6, 6, 4, 0, 20, 8, 10, 2, 14, 6));
  const auto one = FloatNear(1, 1e-6f), none = FloatNear(0, 0);
  // sigmoid(0) is not above the threshold 0.5.
  EXPECT_THAT(Numbers(decoded->tensors(), "scores"),
              ElementsAre(one, none, none, one, none, one, one, none));
}

TEST(Yolov3Decode, BothThresholdsZeroScores) {
  // sigmoid(0) = 0.5 is at the threshold of the objectness, which passes.
  const auto decoded = Decode(kParams, {0, -.01f, 0, 0}, {20, 20, 20, 20, 0, .1f, -1, 20});
  ASSERT_TRUE(decoded);
  const auto half = FloatNear(.5f, 1e-6f), none = FloatNear(0, 0);
  EXPECT_THAT(Numbers(decoded->tensors(), "scores"),
              ElementsAre(half, half, none, none, none, FloatNear(.2625f, 1e-4f), none, half));
}

TEST(Yolov3Decode, RefusesAWrongNumberOfClasses) {
  Json params = kParams;
  params["num_classes"] = 80;
  const auto decoded = Decode(params, {0, 0, 0, 0}, std::vector<float>(8));
  ASSERT_FALSE(decoded);
  EXPECT_THAT(decoded.error().message(),
              HasSubstr("'pred_maps.0': 14 channels, expected 2 anchors x (5 + 80 classes)"));
  EXPECT_THAT(
      testing::LoadError("YOLOV3Decode", params, {{"p", DataType::kFloat32, {1, 14, 19, 19}, {}}}),
      HasSubstr("'p': 14 channels, expected 2 anchors x (5 + 80 classes)"));
  EXPECT_EQ(
      testing::LoadError("YOLOV3Decode", kParams, {{"p", DataType::kFloat32, {1, 14, 19, 19}, {}}}),
      "");
  EXPECT_THAT(testing::LoadError("YOLOV3Decode", kParams, {}),
              HasSubstr("this component reads 1 maps, the network has 0 outputs"));
}

}  // namespace
}  // namespace mmdeploy
