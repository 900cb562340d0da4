#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Compile;
using testing::MakeImage;
using testing::Message;

constexpr char kClip[] = R"([
  {"type":"Lift","transforms":[{"type":"LoadImageFromFile"},{"type":"Resize","size":[4,6]},
                               {"type":"TenCrop","crop_size":[3,2]}]},
  {"type":"FormatShape","input_format":"NCTHW"},{"type":"Collect","keys":["img"]}])";

TEST(LiftTest, JoinsTheFramesOfAClip) {
  const auto transform = Compile(kClip);
  ASSERT_TRUE(transform) << transform.error().message();
  Sample sample;
  for (unsigned i = 0; i < 3; ++i) {
    sample.frames.push_back(MakeImage(PixelFormat::kBgr, 8, 12, 0, i));
  }
  sample.clip_len = 3;
  const auto result = (*transform)->Run(sample, {});
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(Describe(*Find(sample.tensors, "img")), "uint8 1x10x3x3x2x3");
}

TEST(LiftTest, NamesTheFrame) {
  const auto transform = Compile(kClip);
  ASSERT_TRUE(transform);
  Sample sample;
  sample.frames = {MakeImage(PixelFormat::kBgr, 8, 12), Image{}};
  EXPECT_EQ(Message((*transform)->Run(sample, {})),
            "transforms/0 (Lift): frame 1: transforms/0 (LoadImageFromFile): image is empty: "
            "height 0, width 0; both must be at least 1");
}

TEST(LiftTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Lift"}])")),
            "pipeline.json:/0: required key missing: 'transforms'");
}

}  // namespace
}  // namespace mmdeploy
