#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

std::string After(const std::string& args, int height, int width) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"ResizeOCR",)" + args + "}]",
                            MakeImage(PixelFormat::kBgr, height, width));
  if (!sample) return sample.error().message();
  EXPECT_EQ(sample->meta.img_shape.width, width);  // stays
  EXPECT_EQ(sample->meta.pad_shape->width, sample->img.shape()[1]);
  return fmt::format("{} {}", Describe(sample->img), *sample->meta.valid_ratio);
}

TEST(ResizeOcrTest, FollowsTheAspectRatio) {
  EXPECT_EQ(After(R"("height":32)", 20, 100), "uint8 32x160x3 1");
  EXPECT_EQ(After(R"("height":32)", 20, 97), "uint8 32x160x3 1");  // 156 -> a multiple of 16
  EXPECT_EQ(After(R"("height":32,"min_width":32)", 20, 5), "uint8 32x32x3 1");
  EXPECT_EQ(After(R"("height":32)", 200, 5), "uint8 32x16x3 1");  // never 0
  EXPECT_EQ(After(R"("height":32,"min_width":32,"max_width":160)", 20, 50), "uint8 32x160x3 0.5");
  EXPECT_EQ(After(R"("height":32,"max_width":160)", 20, 500), "uint8 32x160x3 1");
  EXPECT_EQ(After(R"("height":32,"max_width":160,"keep_aspect_ratio":false)", 20, 50),
            "uint8 32x160x3 1");
}

TEST(ResizeOcrTest, RoundsHalvesToEven) {
  EXPECT_EQ(After(R"("height":48,"width_downsample_ratio":0.25)", 48, 50), "uint8 48x48x3 1");
  EXPECT_EQ(After(R"("height":48,"width_downsample_ratio":0.25)", 48, 54), "uint8 48x56x3 1");
}

TEST(ResizeOcrTest, PadsAtTheRight) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},
      {"type":"ResizeOCR","height":4,"max_width":48,"img_pad_value":9}])",
                            MakeImage(PixelFormat::kBgr, 4, 16));
  ASSERT_TRUE(sample);
  for (int y = 0; y < 4; ++y) {
    const auto* row = sample->img.data<uint8_t>() + y * 48 * 3;
    EXPECT_EQ(std::memcmp(row, sample->ori_img.data + y * 16 * 3, 48), 0);
    for (int i = 48; i < 144; ++i) ASSERT_EQ(row[i], i % 3 == 0 ? 9 : 0);  // as mmcv.impad
  }
}

TEST(ResizeOcrTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"ResizeOCR"}])")),
            "pipeline.json:/0: required key missing: 'height'");
  EXPECT_EQ(Message(Compile(R"([{"type":"ResizeOCR","height":32,"keep_aspect_ratio":false}])")),
            "pipeline.json:/0/max_width: required when keep_aspect_ratio is false");
  EXPECT_EQ(Message(Compile(R"([{"type":"ResizeOCR","height":32,"width_downsample_ratio":0.0}])")),
            "pipeline.json:/0/width_downsample_ratio: found 0, allowed: 0.000244140625 to 1");
  EXPECT_EQ(After(R"("height":60000)", 1, 1000),
            "transforms/1 (ResizeOCR): the result would be too large: 60000x60000000 (height x "
            "width), allowed: sides up to 65536 and up to 268435456 pixels");
}

}  // namespace
}  // namespace mmdeploy
