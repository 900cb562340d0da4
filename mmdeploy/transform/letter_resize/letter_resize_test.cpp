#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

Result<Sample> Letter(const std::string& args, int height, int width) {
  return Apply(R"([{"type":"LoadImageFromFile"},{"type":"LetterResize",)" + args + "}]",
               MakeImage(PixelFormat::kBgr, height, width));
}

TEST(LetterResizeTest, FitsAndCentres) {
  const auto sample = Letter(R"("scale":[64,64],"pad_val":{"img":114})", 30, 61);
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 64x64x3");
  EXPECT_EQ(sample->meta.pad_param, (std::array<float, 4>{16, 0, 17, 0}));
  EXPECT_FLOAT_EQ(static_cast<float>((*sample->meta.scale_factor)[0]), 64.F / 61);
  EXPECT_EQ(sample->img.data<uint8_t>()[0], 114);
  EXPECT_EQ(sample->img.data<uint8_t>()[64 * 64 * 3 - 1], 114);
}

TEST(LetterResizeTest, Variants) {
  EXPECT_EQ(Describe(Letter(R"("scale":64,"use_mini_pad":true)", 30, 60)->img), "uint8 32x64x3");
  EXPECT_EQ(Letter(R"("scale":64,"stretch_only":true)", 30, 60)->meta.pad_param,
            (std::array<float, 4>{0, 0, 0, 0}));
  const auto small = Letter(R"("scale":64,"allow_scale_up":false)", 30, 60);
  EXPECT_EQ(small->meta.pad_param, (std::array<float, 4>{17, 2, 17, 2}));
  EXPECT_EQ(*small->meta.scale_factor, (std::array<double, 4>{1, 1, 1, 1}));
}

TEST(LetterResizeTest, MultipliesAnEarlierScale) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"Resize","size":[20,20]},
                                {"type":"LetterResize","scale":40}])",
                            MakeImage(PixelFormat::kBgr, 10, 40));
  ASSERT_TRUE(sample);
  EXPECT_EQ(*sample->meta.scale_factor, (std::array<double, 4>{1, 4, 1, 4}));
}

TEST(LetterResizeTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"LetterResize","scale":[0,5]}])")),
            "pipeline.json:/0/scale: found 0, allowed: 1 to 65536");
  EXPECT_EQ(Message(Letter(R"("scale":8)", 1, 1000)),
            "transforms/1 (LetterResize): the result would be empty: 0x8 (height x width)");
}

}  // namespace
}  // namespace mmdeploy
