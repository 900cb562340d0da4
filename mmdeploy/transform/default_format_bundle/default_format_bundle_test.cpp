#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(DefaultFormatBundleTest, MakesFloatPlanesAndFillsInMetaData) {
  for (const bool fuse : {false, true}) {
    const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"DefaultFormatBundle"}])",
                              MakeImage(PixelFormat::kBgr, 3, 4), fuse);
    ASSERT_TRUE(sample);
    ASSERT_EQ(Describe(sample->img), "float32 1x3x3x4");
    EXPECT_EQ(sample->img.data<float>()[12], static_cast<float>(sample->ori_img.data[1]));
    EXPECT_EQ(sample->meta.scale_factor, (std::array<double, 4>{1, 1, 1, 1}));
    EXPECT_EQ(sample->meta.pad_shape->width, 4);
  }
}

TEST(DefaultFormatBundleTest, KeepsWhatIsKnown) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"Resize","size":[6,4]},
                                {"type":"Pad","size_divisor":8},
                                {"type":"DefaultFormatBundle","img_to_float":false}])",
                            MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 1x3x8x8");
  EXPECT_EQ(sample->meta.scale_factor, (std::array<double, 4>{1, 2, 1, 2}));
  EXPECT_EQ(sample->meta.pad_shape->height, 8);
}

TEST(DefaultFormatBundleTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"DefaultFormatBundle","img_to_float":"yes"}])")),
            "pipeline.json:/0/img_to_float: expected true or false, found string \"yes\"");
}

}  // namespace
}  // namespace mmdeploy
