#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(ComposeTest, RunsItsSteps) {
  const auto sample = Apply(R"([{"type":"Compose","transforms":[
                                 {"type":"LoadImageFromFile"},{"type":"Resize","size":5}]},
                                {"type":"ImageToTensor"}])",
                            MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 1x3x5x5");
}

TEST(ComposeTest, ErrorsHaveThePathOfTheInnerStep) {
  const auto unknown = Compile(R"([{"type":"Compose","transforms":[{"type":"Resiez","size":5}]}])");
  EXPECT_EQ(Message(unknown).substr(0, 62),
            "pipeline.json:/0/transforms/0/type: unknown transform 'Resiez'");
  EXPECT_EQ(Message(Compile(R"([{"type":"Compose"}])")),
            "pipeline.json:/0: required key missing: 'transforms'");
  EXPECT_EQ(Message(Compile(R"([{"type":"Compose","transforms":7}])")),
            "pipeline.json:/0/transforms: expected an array, found number 7");
  EXPECT_EQ(
      Message(Apply(R"([{"type":"Compose","transforms":[{"type":"Resize","size":5}]}])", Image{})),
      "transforms/0 (Compose): transforms/0 (Resize): there is no image yet, put "
      "LoadImageFromFile before this step");
}

TEST(ComposeTest, RefusesWhatIsNoStep) {
  EXPECT_EQ(Message(Compile("{}")),
            "pipeline.json:/: expected an array, found an object of 0 members");
  EXPECT_EQ(Message(Compile("[5]")), "pipeline.json:/0: expected an object, found number 5");
  EXPECT_EQ(Message(Compile("[{}]")), "pipeline.json:/0: required key missing: 'type'");
}

TEST(ComposeTest, InfersShapeAndType) {
  const auto transform = Compile(R"([{"type":"LoadImageFromFile"},{"type":"Resize","size":[8,9]},
      {"type":"CenterCrop","crop_size":5},{"type":"Normalize","mean":[0,0,0],"std":[1,1,1]},
      {"type":"Pad","size_divisor":4},{"type":"ImageToTensor"}])");
  ASSERT_TRUE(transform);
  const auto image = (*transform)->Infer({});
  ASSERT_TRUE(image);
  EXPECT_EQ(image->img.height, 8);
  EXPECT_EQ(image->img.width, 8);
  EXPECT_EQ(image->img.channels, 3);
  EXPECT_EQ(image->img.dtype, DataType::kFloat32);
  EXPECT_TRUE(image->img.planar);
}

}  // namespace
}  // namespace mmdeploy
