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

// cv::cvtColor on a tight copy.
cv::Mat Expected(const Image& image, int conversion) {
  const bool yuv = image.format == PixelFormat::kNv12 || image.format == PixelFormat::kNv21;
  const int rows = yuv ? image.height * 3 / 2 : image.height;
  const int depth = image.dtype == DataType::kUint8 ? CV_8U : CV_32F;
  const cv::Mat from(rows, image.width, CV_MAKETYPE(depth, NumChannels(image.format)),
                     const_cast<uint8_t*>(image.data), static_cast<size_t>(image.stride()));
  cv::Mat out = from.clone();
  if (conversion >= 0) cv::cvtColor(from.clone(), out, conversion);
  return out;
}

struct Conversion {
  PixelFormat format;
  DataType dtype;
  const char* args;
  int code;
};

class LoadTest : public ::testing::TestWithParam<Conversion> {};

TEST_P(LoadTest, EqualsOpenCv) {
  const auto& [format, dtype, args, code] = GetParam();
  for (const int extra : {0, 6}) {
    const Image image = MakeImage(format, 14, 22, extra, 3, dtype);
    const auto sample = Apply(std::string(R"([{"type":"LoadImageFromFile")") + args + "}]", image);
    ASSERT_TRUE(sample) << sample.error().message();
    const cv::Mat expected = Expected(image, code);
    ASSERT_EQ(Describe(sample->img), fmt::format("{} {}x{}x{}", Name(dtype), expected.rows,
                                                 expected.cols, expected.channels()));
    EXPECT_EQ(std::memcmp(sample->img.raw(), expected.data, sample->img.num_bytes()), 0);
    EXPECT_EQ(sample->meta.ori_shape.height, 14);
    EXPECT_EQ(sample->meta.img_shape.channels, expected.channels());
  }
}

constexpr auto kU8 = DataType::kUint8;
constexpr auto kF32 = DataType::kFloat32;
constexpr char kGray[] = R"(,"color_type":"grayscale")";
constexpr char kRgb[] = R"(,"channel_order":"rgb")";

INSTANTIATE_TEST_SUITE_P(
    Formats, LoadTest,
    ::testing::Values(Conversion{PixelFormat::kBgr, kU8, "", -1},
                      Conversion{PixelFormat::kRgb, kU8, "", cv::COLOR_RGB2BGR},
                      Conversion{PixelFormat::kGray, kU8, "", cv::COLOR_GRAY2BGR},
                      Conversion{PixelFormat::kBgra, kU8, "", cv::COLOR_BGRA2BGR},
                      Conversion{PixelFormat::kNv12, kU8, "", cv::COLOR_YUV2BGR_NV12},
                      Conversion{PixelFormat::kNv21, kU8, "", cv::COLOR_YUV2BGR_NV21},
                      Conversion{PixelFormat::kBgr, kU8, kRgb, cv::COLOR_BGR2RGB},
                      Conversion{PixelFormat::kNv12, kU8, kRgb, cv::COLOR_YUV2RGB_NV12},
                      Conversion{PixelFormat::kBgr, kU8, kGray, cv::COLOR_BGR2GRAY},
                      Conversion{PixelFormat::kRgb, kU8, kGray, cv::COLOR_RGB2GRAY},
                      Conversion{PixelFormat::kBgra, kU8, kGray, cv::COLOR_BGRA2GRAY},
                      Conversion{PixelFormat::kNv21, kU8, kGray, cv::COLOR_YUV2GRAY_NV21},
                      Conversion{PixelFormat::kBgr, kF32, "", -1},
                      Conversion{PixelFormat::kRgb, kF32, "", cv::COLOR_RGB2BGR},
                      Conversion{PixelFormat::kGray, kF32, "", cv::COLOR_GRAY2BGR},
                      Conversion{PixelFormat::kBgr, kF32, kGray, cv::COLOR_BGR2GRAY}));

TEST(LoadImageFromFileTest, MakesFloats) {
  const auto sample = Apply(R"([{"type":"LoadImageFromFile","to_float32":true}])",
                            MakeImage(PixelFormat::kBgr, 3, 4));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->img.dtype(), DataType::kFloat32);
  EXPECT_EQ(sample->img.data<float>()[5], static_cast<float>(sample->ori_img.data[5]));
}

TEST(LoadImageFromFileTest, RefusesBadPictures) {
  const char* load = R"([{"type":"LoadImageFromFile"}])";
  Image image = MakeImage(PixelFormat::kBgr, 3, 4);
  image.height = 0;
  EXPECT_EQ(Message(Apply(load, image)),
            "transforms/0 (LoadImageFromFile): image is empty: height 0, width 4; both must be at "
            "least 1");
  image.height = 1 << 20;
  EXPECT_THAT(Message(Apply(load, image)), ::testing::HasSubstr("image is too large"));
  image = MakeImage(PixelFormat::kBgr, 3, 4);
  image.device.type = DeviceType::kCuda;
  EXPECT_EQ(Message(Apply(load, image)),
            "transforms/0 (LoadImageFromFile): image lies on device cuda:0, allowed: cpu");
}

TEST(LoadImageFromFileTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile","color_type":"grayscal"}])")),
            "pipeline.json:/0/color_type: unknown value 'grayscal', allowed: 'color', "
            "'color_ignore_orientation', 'grayscale', 'grayscale_ignore_orientation', "
            "'unchanged'; did you mean 'grayscale'?");
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile","to_float32":1}])")),
            "pipeline.json:/0/to_float32: expected true or false, found number 1");
}

}  // namespace
}  // namespace mmdeploy
