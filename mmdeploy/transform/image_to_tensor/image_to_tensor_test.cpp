#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(ImageToTensorTest, MakesPlanes) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"ImageToTensor"}])",
                            MakeImage(PixelFormat::kBgr, 3, 4), false);
  ASSERT_TRUE(sample);
  ASSERT_EQ(Describe(sample->img), "uint8 1x3x3x4");
  for (int c = 0; c < 3; ++c) {
    for (int i = 0; i < 12; ++i) {
      EXPECT_EQ(sample->img.data<uint8_t>()[c * 12 + i], sample->ori_img.data[i * 3 + c]);
    }
  }
}

TEST(ImageToTensorTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"ImageToTensor","keys":["gt"]}])")),
            "pipeline.json:/0/keys: unknown image 'gt', allowed: 'img', 'imgs'");
  EXPECT_EQ(Message(Compile(R"([{"type":"ImageToTensor"},{"type":"ImageToTensor"}])")),
            "pipeline.json:/1 (ImageToTensor): needs an image of height x width x channels; put it "
            "before ImageToTensor and DefaultFormatBundle");
  EXPECT_EQ(Message(Apply(R"([{"type":"ImageToTensor"}])", Image{})),
            "transforms/0 (ImageToTensor): there is no image yet, put LoadImageFromFile before "
            "this step");
}

}  // namespace
}  // namespace mmdeploy
