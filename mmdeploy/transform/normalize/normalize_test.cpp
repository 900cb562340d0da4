#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/imgproc.hpp>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

// mmcv.imnormalize, in C++.
cv::Mat Expected(const Image& image, bool to_rgb) {
  const int type = image.dtype == DataType::kUint8 ? CV_8UC3 : CV_32FC3;
  const cv::Mat picture(image.height, image.width, type, const_cast<uint8_t*>(image.data));
  cv::Mat out;
  picture.convertTo(out, CV_32F);
  if (to_rgb) cv::cvtColor(out, out, cv::COLOR_BGR2RGB);
  const cv::Scalar mean(123.675F, 116.28F, 103.53F);
  cv::subtract(out, mean, out);
  cv::multiply(out, cv::Scalar(1.0 / double{58.395F}, 1.0 / double{57.12F}, 1.0 / double{57.375F}),
               out);
  return out;
}

class NormalizeTest : public ::testing::TestWithParam<std::tuple<DataType, bool>> {};

TEST_P(NormalizeTest, EqualsMmcv) {
  const auto& [dtype, to_rgb] = GetParam();
  const Image image = MakeImage(PixelFormat::kBgr, 31, 45, 0, 2, dtype);
  const auto sample = Apply(fmt::format(R"([{{"type":"LoadImageFromFile"}},{{"type":"Normalize",
                       "mean":[123.675,116.28,103.53],"std":[58.395,57.12,57.375],"to_rgb":{}}}])",
                                        to_rgb),
                            image);
  ASSERT_TRUE(sample) << sample.error().message();
  const cv::Mat expected = Expected(image, to_rgb);
  EXPECT_EQ(std::memcmp(sample->img.raw(), expected.data, sample->img.num_bytes()), 0);
}

INSTANTIATE_TEST_SUITE_P(All, NormalizeTest,
                         ::testing::Combine(::testing::Values(DataType::kUint8, DataType::kFloat32),
                                            ::testing::Bool()));

TEST(NormalizeTest, WithoutToFloatOnlySwaps) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile"},{"type":"Normalize","mean":[0,0,0],
                                 "std":[1,1,1],"to_float":false}])",
                            MakeImage(PixelFormat::kBgr, 2, 2));
  ASSERT_TRUE(sample);
  ASSERT_EQ(sample->img.dtype(), DataType::kUint8);
  EXPECT_EQ(sample->img.data<uint8_t>()[0], sample->ori_img.data[2]);
}

TEST(NormalizeTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Normalize","mean":[1,2,3],"std":[1,0,1]}])")),
            "pipeline.json:/0/std: found 0, allowed: any number but 0");
  EXPECT_EQ(Message(Compile(R"([{"type":"Normalize","mean":[1,2,3],"std":[1]}])")),
            "pipeline.json:/0/std: found 1 values, mean has 3");
  EXPECT_EQ(Message(Compile(R"([{"type":"Normalize","mean":[1,2],"std":[1,1]}])")),
            "pipeline.json:/0/mean: expected 1 or 3 values, found 2");
  EXPECT_EQ(Message(Compile(R"([{"type":"Normalize","mean":[1]}])")),
            "pipeline.json:/0: required key missing: 'std'");
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile","color_type":"grayscale"},
                                {"type":"Normalize","mean":[1,2,3],"std":[1,1,1]}])")),
            "pipeline.json:/1 (Normalize): mean and std have 3 values, the image has 1 channel");
  EXPECT_EQ(Message(Compile(R"([{"type":"Normalize","mean":[1],"std":[1],"to_float":false}])")),
            "pipeline.json:/0/to_float: false is allowed with mean 0 and std 1 only");
}

}  // namespace
}  // namespace mmdeploy
