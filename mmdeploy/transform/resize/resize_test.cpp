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

std::string Chain(const std::string& args, const char* color = "color") {
  return fmt::format(R"([{{"type":"LoadImageFromFile","color_type":"{}"}},{{"type":"Resize",{}}}])",
                     color, args);
}

std::string SizeAfter(const std::string& args, int height, int width, FormatVersion version = {}) {
  const auto sample =
      Apply(Chain(args), MakeImage(PixelFormat::kBgr, height, width), true, version);
  if (!sample) return sample.error().message();
  return fmt::format("{}x{}", sample->meta.img_shape.height, sample->meta.img_shape.width);
}

using Param = std::tuple<std::string, std::pair<int, int>, std::pair<int, int>, DataType, bool>;
class ResizeTest : public ::testing::TestWithParam<Param> {};

TEST_P(ResizeTest, EqualsOpenCv) {
  const auto& [name, from, to, dtype, gray] = GetParam();
  const std::map<std::string, int> codes = {{"nearest", cv::INTER_NEAREST},
                                            {"bilinear", cv::INTER_LINEAR},
                                            {"bicubic", cv::INTER_CUBIC},
                                            {"area", cv::INTER_AREA},
                                            {"lanczos", cv::INTER_LANCZOS4}};
  const auto format = gray ? PixelFormat::kGray : PixelFormat::kBgr;
  const Image image = MakeImage(format, from.first, from.second, 0, 5, dtype);
  const auto sample =
      Apply(Chain(fmt::format(R"("size":[{},{}],"interpolation":"{}")", to.first, to.second, name),
                  gray ? "grayscale" : "color"),
            image);
  ASSERT_TRUE(sample) << sample.error().message();
  const int depth = dtype == DataType::kUint8 ? CV_8U : CV_32F;
  const cv::Mat picture(from.first, from.second, CV_MAKETYPE(depth, gray ? 1 : 3),
                        const_cast<uint8_t*>(image.data));
  cv::Mat expected;
  cv::resize(picture, expected, {to.second, to.first}, 0, 0, codes.at(name));
  ASSERT_EQ(sample->img.num_bytes(), expected.total() * expected.elemSize());
  if (name == "bicubic" && depth == CV_8U) {
    // The golden data hold us to opencv-python; OpenCV's own code differs by a level.
    const cv::Mat found(expected.size(), expected.type(), sample->img.raw());
    EXPECT_LE(cv::norm(found, expected, cv::NORM_INF), 1);
    return;
  }
  EXPECT_EQ(std::memcmp(sample->img.raw(), expected.data, sample->img.num_bytes()), 0);
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, ResizeTest,
    ::testing::Combine(::testing::Values("nearest", "bilinear", "bicubic", "area", "lanczos"),
                       ::testing::Values(std::pair{40, 60}, std::pair{33, 17}),
                       ::testing::Values(std::pair{20, 30}, std::pair{61, 90}, std::pair{7, 55}),
                       ::testing::Values(DataType::kUint8, DataType::kFloat32), ::testing::Bool()));

// opencv-python leaves images of fewer than 4 rows or columns to OpenCV's own code.
TEST(ResizeTest, BicubicOfTinyImages) {
  for (const int height : {1, 3, 4, 5}) {
    for (const int width : {1, 3, 4, 5}) {
      const Image image = MakeImage(PixelFormat::kBgr, height, width, 0, 5);
      const auto sample = Apply(Chain(R"("size":[9,11],"interpolation":"bicubic")"), image);
      ASSERT_TRUE(sample);
      const cv::Mat picture(height, width, CV_8UC3, const_cast<uint8_t*>(image.data));
      cv::Mat expected;
      cv::resize(picture, expected, {11, 9}, 0, 0, cv::INTER_CUBIC);
      const cv::Mat found(9, 11, CV_8UC3, sample->img.raw());
      const bool own = height >= 4 && width >= 4;
      EXPECT_LE(cv::norm(found, expected, cv::NORM_INF), own ? 1 : 0) << height << "x" << width;
    }
  }
}

TEST(ResizeTest, TargetSizes) {
  EXPECT_EQ(SizeAfter(R"("size":30)", 40, 60), "30x30");
  EXPECT_EQ(SizeAfter(R"("size":[20,30])", 40, 60), "20x30");
  EXPECT_EQ(SizeAfter(R"("size":[20,30])", 40, 60, {1, 1, 0}), "30x20");
  EXPECT_EQ(SizeAfter(R"("size":[20,-1])", 40, 61), "20x30");
  EXPECT_EQ(SizeAfter(R"("size":[20,-1])", 61, 40), "30x20");
  EXPECT_EQ(SizeAfter(R"("size":[20,-1],"keep_ratio":true)", 40, 60, {1, 1, 0}), "20x30");
  EXPECT_EQ(SizeAfter(R"("size":[800,1333],"keep_ratio":true)", 427, 640), "800x1199");
  EXPECT_EQ(SizeAfter(R"("size":[80,133],"keep_ratio":true)", 60, 40), "120x80");
}

TEST(ResizeTest, NotesTheScale) {
  const auto sample = Apply(Chain(R"("size":[800,1333],"keep_ratio":true)"),
                            MakeImage(PixelFormat::kBgr, 427, 640));
  ASSERT_TRUE(sample);
  const double x = 1199.0 / 640, y = 800.0 / 427;
  EXPECT_EQ(*sample->meta.scale_factor, (std::array<double, 4>{x, y, x, y}));
  EXPECT_TRUE(sample->meta.keep_ratio);
}

TEST(ResizeTest, GivenTargetWins) {
  const auto transform = Compile(Chain(R"("size":10)"));
  ASSERT_TRUE(transform);
  Sample sample;
  sample.ori_img = MakeImage(PixelFormat::kBgr, 20, 20);
  sample.target = ImageShape{5, 7, 3};
  ASSERT_TRUE((*transform)->Run(sample, {}));
  EXPECT_EQ(Describe(sample.img), "uint8 5x7x3");
}

TEST(ResizeTest, RefusesBadArguments) {
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize"}])")),
            "pipeline.json:/0: required key missing: 'size'");
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize","size":0}])")),
            "pipeline.json:/0/size: found 0, allowed: 1 to 65536");
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize","size":[1,2,3]}])")),
            "pipeline.json:/0/size: expected an integer or an array of 2, found an array of 3");
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize","size":"big"}])")),
            "pipeline.json:/0/size: expected an integer, found string \"big\"");
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize","size":9,"interpolation":"bilinaer"}])")),
            "pipeline.json:/0/interpolation: unknown value 'bilinaer', allowed: 'area', 'bicubic', "
            "'bilinear', 'lanczos', 'nearest'; did you mean 'bilinear'?");
  EXPECT_EQ(Message(Compile(R"([{"type":"Resize","size":9,"keep_raito":true}])")),
            "pipeline.json:/0/keep_raito: unknown key, did you mean 'keep_ratio'?");
}

TEST(ResizeTest, RefusesImpossibleSizes) {
  EXPECT_EQ(SizeAfter(R"("size":[60000,60000])", 4, 4),
            "pipeline.json:/1 (Resize): the result would be too large: 60000x60000 (height x "
            "width), allowed: sides up to 65536 and up to 268435456 pixels");
  EXPECT_EQ(
      SizeAfter(R"("size":[1,-1],"adaptive_side":"long")", 4, 400),
      "transforms/1 (Resize): an image of 4x400 (height x width) would become 0x1, which is "
      "empty: it is too long for its width; cut it into parts, or resize it without keep_ratio");
  EXPECT_EQ(Message(Compile(R"([{"type":"LoadImageFromFile","to_float32":true},
                                {"type":"Resize","size":9,"backend":"pillow"}])")),
            "pipeline.json:/1 (Resize): backend 'pillow' resizes uint8 images only, found float32; "
            "leave out to_float32, or use backend 'cv2'");
}

}  // namespace
}  // namespace mmdeploy
