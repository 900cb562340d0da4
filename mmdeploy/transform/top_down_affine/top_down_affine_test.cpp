#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Compile;
using testing::MakeImage;
using testing::Message;

Result<Sample> AffineOf(const std::string& args, const Rect& box, float rotation) {
  MMDEPLOY_TRY(auto transform, Compile(R"([{"type":"LoadImageFromFile"},
                           {"type":"TopDownGetBboxCenterScale","image_size":[40,60],"padding":1},
                           {"type":"TopDownAffine","image_size":[40,60])" +
                                       args + "}]"));
  Sample sample;
  sample.ori_img = MakeImage(PixelFormat::kBgr, 120, 160);
  sample.bbox = box;
  sample.meta.rotation = rotation;
  MMDEPLOY_TRYV(transform->Run(sample, {}));
  return sample;
}

const uint8_t* PixelAt(const uint8_t* data, int width, int y, int x) {
  return data + (y * width + x) * 3;
}

// A box of the size of the output: the map is a shift, and pixels are copied.
TEST(TopDownAffineTest, CopiesAnUprightBoxOfTheSameSize) {
  const auto sample = AffineOf("", {30, 20, 69, 79}, 0);
  ASSERT_TRUE(sample) << sample.error().message();
  ASSERT_EQ(Describe(sample->img), "uint8 60x40x3");
  for (const auto& [y, x] : {std::pair{0, 0}, {59, 39}, {17, 5}}) {
    EXPECT_EQ(std::memcmp(PixelAt(sample->img.data<uint8_t>(), 40, y, x),
                          PixelAt(sample->ori_img.data, 160, y + 20, x + 30), 3),
              0);
  }
  EXPECT_EQ(sample->meta.img_shape.height, 60);
}

TEST(TopDownAffineTest, TurnsByTheRotation) {
  const auto upright = AffineOf("", {30, 20, 69, 79}, 0);
  const auto turned = AffineOf("", {30, 20, 69, 79}, 180);
  ASSERT_TRUE(turned) << turned.error().message();
  // The centre (50, 50) stays; what was right of it is now left of it.
  EXPECT_EQ(std::memcmp(PixelAt(turned->img.data<uint8_t>(), 40, 30 + 4, 20 - 3),
                        PixelAt(upright->img.data<uint8_t>(), 40, 30 - 4, 20 + 3), 3),
            0);
}

// Between pixel centres the corners of the output are the ends of the box.
TEST(TopDownAffineTest, UdpMeasuresBetweenPixelCentres) {
  const auto sample = AffineOf(R"(,"use_udp":true)", {30, 20, 69, 79}, 0);
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_EQ(std::memcmp(sample->img.raw(), PixelAt(sample->ori_img.data, 160, 20, 30), 3), 0);
}

TEST(TopDownAffineTest, RefusesBoxesWithoutAnArea) {
  EXPECT_EQ(Message(AffineOf("", {30, 20, 29, 19}, 0)),
            "transforms/2 (TopDownAffine): box has centre (30, 20), scale (0, 0) and rotation 0; "
            "all must be finite and the scale above 0");
  EXPECT_THAT(Message(AffineOf("", {NAN, 20, 29, 19}, 0)),
              ::testing::HasSubstr("centre (nan, 20)"));
  EXPECT_EQ(Message(Compile(R"([{"type":"TopDownAffine"}])")),
            "pipeline.json:/0: required key missing: 'image_size'");
}

}  // namespace
}  // namespace mmdeploy
