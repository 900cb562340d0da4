#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Compile;
using testing::MakeImage;
using testing::Message;

Result<Sample> CenterScaleOf(const std::optional<Rect>& box) {
  MMDEPLOY_TRY(auto transform, Compile(R"([{"type":"LoadImageFromFile"},
                           {"type":"TopDownGetBboxCenterScale","image_size":[192,256]}])"));
  Sample sample;
  sample.ori_img = MakeImage(PixelFormat::kBgr, 100, 300);
  sample.bbox = box;
  MMDEPLOY_TRYV(transform->Run(sample, {}));
  return sample;
}

TEST(TopDownGetBboxCenterScaleTest, WidensTheBoxToTheAspectRatio) {
  const auto tall = CenterScaleOf(Rect{10, 20, 29, 99});  // 20 wide, 80 high
  ASSERT_TRUE(tall);
  EXPECT_FLOAT_EQ(tall->meta.center->x, 20);
  EXPECT_FLOAT_EQ(tall->meta.center->y, 60);
  EXPECT_FLOAT_EQ(tall->meta.scale->x, 60 / 200.F * 1.25F);
  EXPECT_FLOAT_EQ(tall->meta.scale->y, 80 / 200.F * 1.25F);
  const auto whole = CenterScaleOf(std::nullopt);
  EXPECT_FLOAT_EQ(whole->meta.center->x, 150);
  EXPECT_FLOAT_EQ(whole->meta.scale->x, 300 / 200.F * 1.25F);
  EXPECT_FLOAT_EQ(whole->meta.scale->y, 400 / 200.F * 1.25F);
}

TEST(TopDownGetBboxCenterScaleTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"TopDownGetBboxCenterScale"}])")),
            "pipeline.json:/0: required key missing: 'image_size'");
  EXPECT_EQ(
      Message(Compile(R"([{"type":"TopDownGetBboxCenterScale","image_size":[5,5],"padding":0}])")),
      "pipeline.json:/0/padding: found 0, allowed: 0.0010000000474974513 to 1000");
}

}  // namespace
}  // namespace mmdeploy
