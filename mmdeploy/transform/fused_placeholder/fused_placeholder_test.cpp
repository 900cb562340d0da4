#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(FusedPlaceholderTest, DoesNothing) {
  const auto sample = Apply(
      R"([{"type":"Fused","hash_code":"abc"},{"type":"LoadImageFromFile"},{"type":"ImageToTensor"}])",
      MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 1x3x3x4");
}

TEST(FusedPlaceholderTest, RefusesGeneratedKernels) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Fused","fuse_transform":true}])")),
            "pipeline.json:/0/fuse_transform: true asks for a kernel that MMDeploy 1.x generates, "
            "which is not available; list the steps themselves, they are fused when the model is "
            "loaded");
}

}  // namespace
}  // namespace mmdeploy
