#include <gmock/gmock.h>

#include <random>

#include "mmdeploy/codebase/head_testing.h"
#include "mmdeploy/codebase/mmdet/head/paste_mask.h"
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;

// One box with a mask of the given scores, in an image of 6 x 8 pixels.
Result<Tensor> MaskOf(const Json& params, const Rect& box, const Shape& shape,
                      const std::vector<float>& scores, ImageMeta meta = {}) {
  MMDEPLOY_TRY(const auto head, testing::MakeHead("mmdet", "ResizeInstanceMask", params));
  meta.ori_shape = {6, 8, 3};
  NamedTensors outputs{
      {"dets", testing::Floats({1, 1, 5}, {box.left, box.top, box.right, box.bottom, 1})},
      {"labels", testing::Floats({1, 1}, {0})},
      {"masks", testing::Floats(shape, scores)}};
  MMDEPLOY_TRY(const Value results, testing::RunHead(*head, std::move(outputs), std::move(meta)));
  return results.list().at(0).result<Detection>().mask;
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

// Networks without regions give a mask of their whole input, here twice as large as the image.
TEST(ResizeInstanceMask, MasksOfTheWholeInputBecomeThoseOfTheImage) {
  ImageMeta meta;
  meta.img_shape = {12, 16, 3};
  meta.pad_shape = ImageShape{16, 16, 3};
  meta.scale_factor = {{2, 2, 2, 2}};
  std::vector<float> scores(16 * 16);
  for (size_t i = 0; i < 6 * 16; ++i) scores[i + 8 * 16] = 1;  // rows 8 to 13
  const std::string rows = "......../......../......../......../########/########";
  const Rect box{2, 2, 6, 6};
  EXPECT_EQ(Rows(MaskOf({}, box, {1, 1, 16, 16}, scores, meta)), rows);
  // A mask of a box, whatever its size, where there are regions.
  const Json rcnn = {{"rcnn", Json::object()}};
  EXPECT_EQ(Rows(MaskOf(rcnn, box, {1, 1, 16, 16}, scores, meta)), "..../..../.##./....");
  meta.pad_shape = ImageShape{32, 32, 3};
  EXPECT_EQ(Rows(MaskOf({}, box, {1, 1, 16, 16}, scores, meta)), "..../..../.##./....");
}

TEST(PasteMask, IsWhatThePlainCodeGives) {
  std::mt19937 random(0);
  std::uniform_real_distribution<float> unit(0, 1);
  for (int i = 0; i < 300; ++i) {
    const int64_t height = 1 + i % 30, width = 1 + i * 7 % 30;
    std::vector<float> scores(static_cast<size_t>(height * width));
    for (float& score : scores) score = unit(random);
    // Boxes larger and smaller than the mask, cut off at the image, and pixels far outside of them.
    const float top = 90 * unit(random) - 30, left = 90 * unit(random) - 30;
    const float bottom = top + 0.3f + 80 * unit(random), right = left + 0.3f + 150 * unit(random);
    const MaskAxis y = MaskAxis::OfBox(0, 1 + i % 70, top, bottom, height);
    const MaskAxis x = MaskAxis::OfBox(i % 3, i % 3 + i % 140, left, right, width);
    std::vector<uint8_t> fast(static_cast<size_t>(y.count * x.count)), plain = fast;
    PasteMask({scores.data(), height, width}, y, x, 0.5f, fast.data());
    PasteMaskReference({scores.data(), height, width}, y, x, 0.5f, plain.data());
    ASSERT_EQ(fast, plain) << i;
  }
}

TEST(ResizeInstanceMask, ABoxWithoutAreaHasNoMask) {
  const auto mask = MaskOf({}, {3, 3, 3, 5}, {1, 1, 1, 1}, {1});
  ASSERT_TRUE(mask);
  EXPECT_TRUE(mask->empty());
}

TEST(ResizeInstanceMask, NoBoxesNeedNoMasks) {
  const auto head = testing::MakeHead("mmdet", "ResizeInstanceMask", {});
  ASSERT_TRUE(head);
  const auto results = testing::RunHead(**head, {{"dets", testing::Floats({1, 0, 5}, {})},
                                                 {"labels", testing::Floats({1, 0}, {})},
                                                 {"masks", testing::Floats({1, 0, 28, 28}, {})}});
  ASSERT_TRUE(results) << results.error().message();
  EXPECT_TRUE(results->list().empty());
}

TEST(ResizeInstanceMask, RefusesMasksOfOtherShapes) {
  EXPECT_THAT(Rows(MaskOf({}, {0, 0, 2, 2}, {1, 0, 1, 1}, {})),
              HasSubstr("output 'masks' has shape 1x0x1x1, expected 1xNxHxW with a mask for each"));
}

}  // namespace
}  // namespace mmdeploy
