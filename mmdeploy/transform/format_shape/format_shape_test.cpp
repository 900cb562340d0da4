#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Compile;
using testing::Message;

Sample ClipOf(int count, int clip_len) {
  Sample sample;
  sample.clip_len = clip_len;
  for (int i = 0; i < count; ++i) {
    auto img = Tensor::Allocate(DataType::kUint8, {1, 1, 2});
    img->data<uint8_t>()[0] = static_cast<uint8_t>(2 * i);
    img->data<uint8_t>()[1] = static_cast<uint8_t>(2 * i + 1);
    sample.imgs.push_back(img->Reshaped({1, 2, 1}));
  }
  return sample;
}

TEST(FormatShapeTest, Nchw) {
  const auto transform = Compile(R"([{"type":"FormatShape","input_format":"NCHW"}])");
  ASSERT_TRUE(transform);
  Sample sample = ClipOf(4, 2);
  ASSERT_TRUE((*transform)->Run(sample, {}));
  EXPECT_EQ(Describe(sample.img), "uint8 1x4x1x1x2");
  EXPECT_TRUE(sample.imgs.empty());
  for (int i = 0; i < 8; ++i) EXPECT_EQ(sample.img.data<uint8_t>()[i], i);
}

TEST(FormatShapeTest, NcthwKeepsFramesOfACropTogether) {
  const auto transform = Compile(R"([{"type":"FormatShape","input_format":"NCTHW"}])");
  ASSERT_TRUE(transform);
  Sample sample = ClipOf(6, 3);
  ASSERT_TRUE((*transform)->Run(sample, {}));
  EXPECT_EQ(Describe(sample.img), "uint8 1x2x1x3x1x2");
  for (int i = 0; i < 12; ++i) EXPECT_EQ(sample.img.data<uint8_t>()[i], i);
}

TEST(FormatShapeTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"FormatShape","input_format":"NCTWH"}])")),
            "pipeline.json:/0/input_format: unknown value 'NCTWH', allowed: 'NCHW', 'NCTHW'; did "
            "you mean 'NCTHW'?");
  const auto transform = Compile(R"([{"type":"FormatShape","input_format":"NCTHW"}])");
  ASSERT_TRUE(transform);
  Sample sample = ClipOf(5, 2);
  EXPECT_EQ(Message((*transform)->Run(sample, {})),
            "transforms/0 (FormatShape): 5 images cannot be divided into clips of 2");
}

}  // namespace
}  // namespace mmdeploy
