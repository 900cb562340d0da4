#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::MakeImage;
using testing::Message;

TEST(ThreeCropTest, TakesBothEndsAndTheMiddle) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"ThreeCrop","crop_size":4}])",
                            MakeImage(PixelFormat::kBgr, 4, 11));
  ASSERT_TRUE(sample) << sample.error().message();
  ASSERT_EQ(sample->imgs.size(), 3u);
  EXPECT_TRUE(sample->img.empty());
  const int lefts[] = {0, 6, 3};
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(Describe(sample->imgs[i]), "uint8 4x4x3");
    EXPECT_EQ(std::memcmp(sample->imgs[i].raw(), sample->ori_img.data + lefts[i] * 3, 12), 0);
  }
}

TEST(ThreeCropTest, RefusesWhatCannotWork) {
  const char* chain = R"([{"type":"LoadImageFromFile"},{"type":"ThreeCrop","crop_size":[5,4]}])";
  EXPECT_EQ(Message(Apply(chain, MakeImage(PixelFormat::kBgr, 6, 9))),
            "transforms/1 (ThreeCrop): the image is 6x9 (height x width); one side must be that of "
            "the crop, 4x5");
  EXPECT_EQ(Message(Apply(chain, MakeImage(PixelFormat::kBgr, 3, 9))),
            "transforms/1 (ThreeCrop): the image is 3x9 (height x width), less than the crop of "
            "4x5; resize it before");
}

}  // namespace
}  // namespace mmdeploy
