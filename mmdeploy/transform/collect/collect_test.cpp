#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(CollectTest, HandsTheImageToTheNetwork) {
  const auto sample = Apply(
      R"([{"type":"LoadImageFromFile"},{"type":"ImageToTensor"},
          {"type":"Collect","keys":["img"],"meta_keys":["filename","ori_shape"]}])",
      MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  const Tensor* tensor = Find(sample->tensors, "img");
  ASSERT_NE(tensor, nullptr);
  EXPECT_EQ(Describe(*tensor), "uint8 1x3x3x4");
}

TEST(CollectTest, RefusesWhatCannotWork) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Collect"}])")),
            "pipeline.json:/0: required key missing: 'keys'");
  EXPECT_EQ(Message(Compile(R"([{"type":"Collect","keys":["gt_label"]}])")),
            "pipeline.json:/0/keys: nothing makes 'gt_label', allowed: 'img', 'imgs'");
  EXPECT_EQ(Message(Compile(R"([{"type":"Collect","keys":["img"],"meta_keys":[1]}])")),
            "pipeline.json:/0/meta_keys/0: expected a string, found number 1");
  EXPECT_EQ(Message(Apply(R"([{"type":"Collect","keys":["img"]}])", Image{})),
            "transforms/0 (Collect): there is no image, put LoadImageFromFile before this step");
}

}  // namespace
}  // namespace mmdeploy
