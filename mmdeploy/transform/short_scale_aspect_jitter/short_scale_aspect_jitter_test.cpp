#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

TEST(ShortScaleAspectJitterTest, ScalesTheShortSide) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},
      {"type":"ShortScaleAspectJitter","short_size":30,"scale_divisor":8,
       "ratio_range":[1.0,1.0],"aspect_ratio_range":[1.0,1.0]}])",
                            MakeImage(PixelFormat::kBgr, 20, 33));
  ASSERT_TRUE(sample);
  EXPECT_EQ(Describe(sample->img), "uint8 32x56x3");  // 30 -> 32, 49.5 -> 50 -> 56
  EXPECT_EQ((*sample->meta.scale_factor)[1], 1.6);
}

TEST(ShortScaleAspectJitterTest, RefusesRandomness) {
  EXPECT_EQ(Message(Compile(R"([{"type":"ShortScaleAspectJitter","ratio_range":[0.7,1.3]}])")),
            "pipeline.json:/0/ratio_range: allowed: [1.0, 1.0]; nothing is varied at random here");
}

}  // namespace
}  // namespace mmdeploy
