#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(TenCropTest, TakesCornersAndMiddleWithMirrorImages) {
  const auto sample =
      Apply(R"([{"type":"LoadImageFromFile"},{"type":"TenCrop","crop_size":[2,3]}])",
            MakeImage(PixelFormat::kBgr, 7, 6));
  ASSERT_TRUE(sample) << sample.error().message();
  ASSERT_EQ(sample->imgs.size(), 10u);
  const std::pair<int, int> corners[] = {{0, 0}, {0, 4}, {4, 0}, {4, 4}, {2, 2}};
  for (int i = 0; i < 5; ++i) {
    const auto [top, left] = corners[i];
    const uint8_t* pixel = sample->ori_img.data + (top * 6 + left) * 3;
    const auto* crop = sample->imgs[2 * i].data<uint8_t>();
    const auto* mirrored = sample->imgs[2 * i + 1].data<uint8_t>();
    EXPECT_EQ(std::memcmp(crop, pixel, 6), 0);
    EXPECT_EQ(std::memcmp(mirrored, pixel + 3, 3), 0);
    EXPECT_EQ(std::memcmp(mirrored + 3, pixel, 3), 0);
  }
}

TEST(TenCropTest, NormalizeWorksOnEachCrop) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"TenCrop","crop_size":2},
      {"type":"Normalize","mean":[0,0,0],"std":[1,1,1]},
      {"type":"FormatShape","input_format":"NCHW"},{"type":"Collect","keys":["img"]}])",
                            MakeImage(PixelFormat::kBgr, 7, 6));
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_EQ(Describe(*Find(sample->tensors, "img")), "float32 1x10x3x2x2");
}

TEST(TenCropTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"TenCrop"}])")),
            "pipeline.json:/0: required key missing: 'crop_size'");
}

}  // namespace
}  // namespace mmdeploy
