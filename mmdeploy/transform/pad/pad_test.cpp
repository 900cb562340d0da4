#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <opencv2/core.hpp>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::Compile;
using testing::MakeImage;
using testing::Message;

Result<Sample> PadOf(const std::string& args, const Image& image, FormatVersion version = {}) {
  return Apply(R"([{"type":"LoadImageFromFile"},{"type":"Pad",)" + args + "}]", image, true,
               version);
}

class PadModeTest : public ::testing::TestWithParam<std::tuple<std::pair<const char*, int>, int>> {
};

TEST_P(PadModeTest, EqualsOpenCv) {
  const auto& [mode, side] = GetParam();
  for (const auto dtype : {DataType::kUint8, DataType::kFloat32}) {
    const Image image = MakeImage(PixelFormat::kBgr, 7, 5, 0, 1, dtype);
    const auto sample = PadOf(
        fmt::format(R"("size":[{0},{0}],"pad_val":77,"padding_mode":"{1}")", side, mode.first),
        image);
    ASSERT_TRUE(sample) << sample.error().message();
    const int type = dtype == DataType::kUint8 ? CV_8UC3 : CV_32FC3;
    cv::Mat expected;
    cv::copyMakeBorder(cv::Mat(7, 5, type, const_cast<uint8_t*>(image.data)), expected, 0, side - 7,
                       0, side - 5, mode.second, cv::Scalar(77));
    EXPECT_EQ(std::memcmp(sample->img.raw(), expected.data, sample->img.num_bytes()), 0);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Modes, PadModeTest,
    ::testing::Combine(::testing::Values(std::pair{"constant", int{cv::BORDER_CONSTANT}},
                                         std::pair{"edge", int{cv::BORDER_REPLICATE}},
                                         std::pair{"reflect", int{cv::BORDER_REFLECT_101}},
                                         std::pair{"symmetric", int{cv::BORDER_REFLECT}}),
                       ::testing::Values(8, 31)));  // less and more than the image

std::string SizeAfter(const std::string& args, FormatVersion version = {}) {
  const auto sample = PadOf(args, MakeImage(PixelFormat::kBgr, 30, 50), version);
  if (!sample) return sample.error().message();
  const auto& shape = *sample->meta.pad_shape;
  EXPECT_EQ(sample->meta.img_shape.height, 30);  // padding does not change it
  return fmt::format("{}x{}", shape.height, shape.width);
}

TEST(PadTest, TargetSizes) {
  EXPECT_EQ(SizeAfter(R"("size_divisor":32)"), "32x64");
  EXPECT_EQ(SizeAfter(R"("size_divisor":null)"), "30x50");
  EXPECT_EQ(SizeAfter(R"("size":[60,70])"), "60x70");
  EXPECT_EQ(SizeAfter(R"("size":[60,70])", {1, 1, 0}), "70x60");
  EXPECT_EQ(SizeAfter(R"("pad_to_square":true,"size":[60,70])"), "50x50");
  EXPECT_EQ(SizeAfter(R"("size":[70,60],"orientation_agnostic":true)"), "60x70");
  EXPECT_EQ(SizeAfter(R"("logical_or_val":31,"add_pix_val":2)"), "33x65");
}

TEST(PadTest, CentredPaddingNotesTheBorder) {
  const auto sample = PadOf(R"("logical_or_val":31)", MakeImage(PixelFormat::kBgr, 28, 50));
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->meta.border, (std::array<float, 4>{1, 6, 29, 56}));
}

TEST(PadTest, ValuePerChannel) {
  const auto sample = PadOf(R"("size":[3,3],"pad_val":{"img":[1,2,3],"seg":255})",
                            MakeImage(PixelFormat::kBgr, 2, 2));
  ASSERT_TRUE(sample);
  const auto* last = sample->img.data<uint8_t>() + 8 * 3;
  EXPECT_EQ(std::vector<int>(last, last + 3), (std::vector<int>{1, 2, 3}));
}

// mmcv 1.x gives the number to OpenCV, for which it is (n, 0, 0, 0); mmcv 2.x repeats it.
TEST(PadTest, OneNumberIsForTheFirstChannelUntilVersion1) {
  for (const char* value : {"7", R"({"img":7})"}) {
    const auto last = [&](FormatVersion version, PixelFormat format) {
      const auto sample = PadOf(fmt::format(R"("size":[3,3],"pad_val":{})", value),
                                MakeImage(format, 2, 2), version);
      const auto* pixel = sample->img.data<uint8_t>() + 8 * 3;
      return std::vector<int>(pixel, pixel + 3);
    };
    EXPECT_EQ(last({0, 7, 0}, PixelFormat::kBgr), (std::vector<int>{7, 0, 0}));
    EXPECT_EQ(last({1, 0, 0}, PixelFormat::kBgr), (std::vector<int>{7, 7, 7}));
    EXPECT_EQ(last({1, 1, 0}, PixelFormat::kBgr), (std::vector<int>{7, 7, 7}));
  }
}

TEST(PadTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Pad","size_divisor":-2}])")),
            "pipeline.json:/0/size_divisor: found -2, allowed: 0 to 65536");
  EXPECT_EQ(Message(Compile(R"([{"type":"Pad","pad_val":"white"}])")),
            "pipeline.json:/0/pad_val: expected a number, an array of 1 to 4 numbers or an object "
            "with one of them as 'img', found string \"white\"");
  EXPECT_EQ(SizeAfter(R"("size":20)"),
            "transforms/1 (Pad): the image is 30x50 (height x width), more than the size 20x20 it "
            "is to be padded to; resize it before");
}

}  // namespace
}  // namespace mmdeploy
