#include <gmock/gmock.h>

#include "mmdeploy/codebase/head.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

// One box with a mask of the given scores, in an image of 6 x 8 pixels.
Result<Tensor> MaskOf(const Json& params, const Rect& box, const Shape& shape,
                      const std::vector<float>& scores) {
  Json json = {{"component", "ResizeInstanceMask"}, {"params", params}};
  JsonReader args(json, JsonPath("t"), nullptr);
  PipelineOptions options;
  ModuleEnv env;
  env.options = &options;
  env.inputs.resize(2);
  MMDEPLOY_TRY(const auto head, CreateHead("mmdet", args, env));
  const auto tensor = [](const Shape& sides, const std::vector<float>& values) {
    Tensor made = *Tensor::Allocate(DataType::kFloat32, sides);
    std::copy(values.begin(), values.end(), made.data<float>());
    return made;
  };
  Sample sample;
  sample.meta.ori_shape = {6, 8, 3};
  NamedTensors outputs{{"dets", tensor({1, 1, 5}, {box.left, box.top, box.right, box.bottom, 1})},
                       {"labels", tensor({1, 1}, {0})},
                       {"masks", tensor(shape, scores)}};
  const std::vector<Value> inputs{Value(std::move(sample)), Value(std::move(outputs))};
  MMDEPLOY_TRY(const auto out, head->Run(inputs, {}));
  return out[0].list().at(0).result<Detection>().mask;
}

std::string Rows(const Result<Tensor>& mask) {
  if (!mask) return mask.error().message();
  std::string text;
  for (int64_t i = 0; i < mask->num_elements(); ++i) {
    if (i && i % mask->shape()[1] == 0) text += "/";
    text += mask->data<uint8_t>()[i] == 255 ? '#' : mask->data<uint8_t>()[i] == 0 ? '.' : '?';
  }
  return text;
}

TEST(ResizeInstanceMask, CoversTheBoxAndAPixelAroundIt) {
  EXPECT_EQ(Rows(MaskOf({{"mask_thr_binary", 0.3}}, {2, 2, 5, 4}, {1, 1, 1, 1}, {1})),
            "...../.###./.###./.....");
  // At the corner of the image there is no pixel around it.
  EXPECT_EQ(Rows(MaskOf({}, {0, 0, 2, 2}, {1, 1, 1, 1}, {1})), "##./##./...");
}

TEST(ResizeInstanceMask, ComparesStrictly) {
  EXPECT_EQ(Rows(MaskOf({{"mask_thr_binary", 0.5}}, {0, 0, 2, 1}, {1, 1, 1, 2}, {.5f, .75f})),
            ".#./...");
  EXPECT_EQ(
      Rows(MaskOf({{"rcnn", {{"mask_thr_binary", 0.8}}}}, {0, 0, 2, 1}, {1, 1, 1, 2}, {.5f, .75f})),
      ".../...");
}

TEST(ResizeInstanceMask, CanGiveTheNetworksMask) {
  EXPECT_EQ(Rows(MaskOf({{"is_resize_mask", false}}, {0, 0, 5, 5}, {1, 1, 2, 2}, {1, 0, 0, 1})),
            "#./.#");
}

TEST(ResizeInstanceMask, ABoxWithoutAreaHasNoMask) {
  const auto mask = MaskOf({}, {3, 3, 3, 5}, {1, 1, 1, 1}, {1});
  ASSERT_TRUE(mask);
  EXPECT_TRUE(mask->empty());
}

TEST(ResizeInstanceMask, RefusesMasksOfOtherShapes) {
  EXPECT_THAT(Rows(MaskOf({}, {0, 0, 2, 2}, {1, 0, 1, 1}, {})),
              HasSubstr("output 'masks' has shape 1x0x1x1, expected 1xNxHxW with a mask for each"));
}

}  // namespace
}  // namespace mmdeploy
