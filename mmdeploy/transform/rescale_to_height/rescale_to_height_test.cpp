#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

std::string After(const std::string& args, int height, int width) {
  const auto sample =
      Apply(R"([{"type":"LoadImageFromFile"},{"type":"RescaleToHeight",)" + args + "}]",
            MakeImage(PixelFormat::kBgr, height, width));
  return sample ? Describe(sample->img) : sample.error().message();
}

TEST(RescaleToHeightTest, FollowsTheAspectRatioWithinLimits) {
  EXPECT_EQ(After(R"("height":32)", 20, 97), "uint8 32x156x3");
  EXPECT_EQ(After(R"("height":32,"width_divisor":16)", 20, 97), "uint8 32x160x3");
  EXPECT_EQ(After(R"("height":32,"min_width":200)", 20, 97), "uint8 32x200x3");
  EXPECT_EQ(After(R"("height":32,"max_width":100)", 20, 97), "uint8 32x100x3");
}

TEST(RescaleToHeightTest, RoundsHalvesToEven) {
  EXPECT_EQ(After(R"("height":48,"width_divisor":4)", 48, 50), "uint8 48x48x3");  // 12.5 steps
  EXPECT_EQ(After(R"("height":48,"width_divisor":4)", 48, 54), "uint8 48x56x3");  // 13.5
  EXPECT_EQ(After(R"("height":48,"width_divisor":4)", 48, 2), "uint8 48x4x3");    // never 0
}

TEST(RescaleToHeightTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"RescaleToHeight","height":0}])")),
            "pipeline.json:/0/height: found 0, allowed: 1 to 65536");
}

}  // namespace
}  // namespace mmdeploy
