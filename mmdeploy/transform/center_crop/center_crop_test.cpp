#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

Result<Sample> CropOf(const std::string& args, int height, int width) {
  return Apply(R"([{"type":"LoadImageFromFile"},{"type":"CenterCrop",)" + args + "}]",
               MakeImage(PixelFormat::kBgr, height, width));
}

TEST(CenterCropTest, TakesTheMiddle) {
  const auto sample = CropOf(R"("crop_size":[3,4])", 9, 11);
  ASSERT_TRUE(sample);
  ASSERT_EQ(Describe(sample->img), "uint8 3x4x3");
  EXPECT_EQ(sample->meta.offset, (std::vector<float>{4, 3}));  // 3.5 rounds away from zero
  for (int y = 0; y < 3; ++y) {
    EXPECT_EQ(std::memcmp(sample->img.data<uint8_t>() + y * 12,
                          sample->ori_img.data + ((y + 3) * 11 + 4) * 3, 12),
              0);
  }
}

TEST(CenterCropTest, RoundsHalfAPixelAsAsked) {
  EXPECT_EQ(CropOf(R"("crop_size":255)", 256, 256)->meta.offset, (std::vector<float>{1, 1}));
  EXPECT_EQ(CropOf(R"("crop_size":255,"rounding":"half_even")", 256, 256)->meta.offset,
            (std::vector<float>{0, 0}));
}

TEST(CenterCropTest, KeepsSmallerSides) {
  const auto sample = CropOf(R"("crop_size":10)", 4, 20);
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 4x10x3");
}

TEST(CenterCropTest, OffsetIsInOriginalPixels) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"Resize","size":[20,40]},
                                {"type":"CenterCrop","crop_size":10}])",
                            MakeImage(PixelFormat::kBgr, 10, 10));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->meta.offset, (std::vector<float>{3.75F, 2.5F}));
}

TEST(CenterCropTest, EfficientNetStyleScalesToTheCropSize) {
  const auto sample = CropOf(R"("crop_size":24,"efficientnet_style":true)", 60, 80);
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 24x24x3");
}

TEST(CenterCropTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"CenterCrop"}])")),
            "pipeline.json:/0: required key missing: 'crop_size'");
  EXPECT_EQ(Message(Compile(R"([{"type":"CenterCrop","crop_size":[-1,5]}])")),
            "pipeline.json:/0/crop_size: found -1, allowed: 1 to 65536");
  EXPECT_EQ(Message(Compile(R"([{"type":"CenterCrop","crop_size":5,"crop_padding":-1}])")),
            "pipeline.json:/0/crop_padding: found -1, allowed: 0 to 65536");
}

}  // namespace
}  // namespace mmdeploy
