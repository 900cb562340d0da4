#include "mmdeploy/transform/fused/fused.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <hwy/targets.h>

#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

using testing::Apply;
using testing::MakeImage;

void ExpectSameMeta(const ImageMeta& a, const ImageMeta& b) {
  const auto tie = [](const ImageShape& s) { return std::tie(s.height, s.width, s.channels); };
  EXPECT_EQ(tie(a.ori_shape), tie(b.ori_shape));
  EXPECT_EQ(tie(a.img_shape), tie(b.img_shape));
  ASSERT_EQ(a.pad_shape.has_value(), b.pad_shape.has_value());
  if (a.pad_shape) {
    EXPECT_EQ(tie(*a.pad_shape), tie(*b.pad_shape));
  }
  EXPECT_EQ(a.scale_factor, b.scale_factor);
  EXPECT_EQ(a.offset, b.offset);
  EXPECT_EQ(a.pad_param, b.pad_param);
  EXPECT_EQ(a.border, b.border);
  EXPECT_EQ(a.valid_ratio, b.valid_ratio);
  EXPECT_EQ(a.keep_ratio, b.keep_ratio);
}

// Number of elements that differ in any bit.
int64_t CountDifferent(const Tensor& a, const Tensor& b) {
  const size_t size = SizeOf(a.dtype());
  int64_t count = 0;
  for (int64_t i = 0; i < a.num_elements(); ++i) {
    count += std::memcmp(a.data<char>() + i * size, b.data<char>() + i * size, size) != 0;
  }
  return count;
}

// Runs the chain both ways; both must fail alike or give the same bits.
void ExpectSame(const std::string& json, const Image& image, int num_threads = 1) {
  SCOPED_TRACE(fmt::format("{} on {} {}x{} stride {}", json, Name(image.format), image.height,
                           image.width, image.row_stride));
  const auto fused = Apply(json, image, true, {}, num_threads);
  const auto plain = Apply(json, image, false);
  ASSERT_EQ(testing::Message(fused), testing::Message(plain));
  if (!fused) return;
  ASSERT_EQ(Describe(fused->img), Describe(plain->img));
  EXPECT_EQ(CountDifferent(fused->img, plain->img), 0);
  ExpectSameMeta(fused->meta, plain->meta);
}

// Builds random chains of the form that is fused, from a seed.
class RandomChain {
 public:
  explicit RandomChain(unsigned seed) : random_(seed) {}

  int Below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
  bool Coin() { return Below(2) == 0; }

  template <class T>
  T OneOf(std::initializer_list<T> items) {
    return *(items.begin() + Below(static_cast<int>(items.size())));
  }

  Image Picture() {
    const auto format = static_cast<PixelFormat>(Below(6));
    const bool yuv = format == PixelFormat::kNv12 || format == PixelFormat::kNv21;
    const int step = yuv ? 2 : 1;
    return MakeImage(format, step * (1 + Below(150)), step * (1 + Below(150)),
                     Coin() ? 0 : step * Below(20), static_cast<unsigned>(random_()));
  }

  std::string Json() {
    gray_ = Below(4) == 0;
    std::string json =
        fmt::format(R"([{{"type":"LoadImageFromFile","color_type":"{}","channel_order":"{}"}})",
                    gray_ ? "grayscale" : "color", OneOf({"bgr", "rgb"}));
    json += Geometry();
    const bool normalize = Coin();
    if (normalize) json += Normalize();
    if (normalize && Coin()) {
      json += fmt::format(R"(,{{"type":"Pad","size_divisor":{},"pad_val":{}}})", 1 + Below(40),
                          Below(3));
    }
    json +=
        OneOf({R"(,{"type":"ImageToTensor","keys":["img"]})", R"(,{"type":"DefaultFormatBundle"})",
               R"(,{"type":"DefaultFormatBundle","img_to_float":false})"});
    return json + R"(,{"type":"Collect","keys":["img"]}])";
  }

 private:
  std::string Resampling() {
    if (Coin()) {
      return fmt::format(R"("backend":"cv2","interpolation":"{}")",
                         OneOf({"bilinear", "bilinear", "nearest", "bicubic", "area"}));
    }
    return fmt::format(R"("backend":"pillow","interpolation":"{}")",
                       OneOf({"bilinear", "bicubic", "nearest", "lanczos", "box", "hamming"}));
  }

  std::string Resize() {
    switch (Below(4)) {
      case 0:
        return fmt::format(R"(,{{"type":"Resize","size":[{},-1],{}}})", 1 + Below(120),
                           Resampling());
      case 1:
        return fmt::format(R"(,{{"type":"Resize","size":[{},{}],"keep_ratio":true,{}}})",
                           20 + Below(200), 20 + Below(200), Resampling());
      default:
        return fmt::format(R"(,{{"type":"Resize","size":[{},{}],{}}})", 1 + Below(200),
                           1 + Below(200), Resampling());
    }
  }

  std::string Geometry() {
    std::string json;
    if (Below(4) == 0)
      json += fmt::format(R"(,{{"type":"CenterCrop","crop_size":{}}})", 1 + Below(100));
    switch (Below(4)) {
      case 0:
        json += Resize();
        break;
      case 1:
        json += fmt::format(
            R"(,{{"type":"LetterResize","scale":[{},{}],"pad_val":{{"img":[114,20,7]}},)"
            R"("use_mini_pad":{},{}}})",
            1 + Below(150), 1 + Below(150), Coin(), Resampling());
        break;
      case 2:
        json += Resize();
        json += fmt::format(R"(,{{"type":"CenterCrop","crop_size":[{},{}]}})", 1 + Below(100),
                            1 + Below(100));
        break;
      default:
        json +=
            fmt::format(R"(,{{"type":"CenterCrop","crop_size":{},"efficientnet_style":true,{}}})",
                        1 + Below(100), Resampling());
    }
    if (Below(4) == 0) {
      json += fmt::format(R"(,{{"type":"Pad","size_divisor":{},"pad_val":{},"padding_mode":"{}"}})",
                          1 + Below(40), Below(300),
                          OneOf({"constant", "constant", "edge", "reflect"}));
    }
    return json;
  }

  std::string Normalize() {
    const std::string numbers =
        gray_ ? R"("mean":[113.5],"std":[61.3])"
              : OneOf({R"("mean":[123.675,116.28,103.53],"std":[58.395,57.12,57.375])",
                       R"("mean":[0,0,0],"std":[255,255,255])",
                       R"("mean":[127.5,127.5,127.5],"std":[0.0037,1e-3,1e4])"});
    return fmt::format(R"(,{{"type":"Normalize",{},"to_rgb":{}}})", numbers, Coin());
  }

  std::mt19937 random_;
  bool gray_ = false;
};

TEST(FusedTest, EqualsPlainStepsOnRandomChains) {
  for (unsigned seed = 0; seed < 600; ++seed) {
    RandomChain chain(seed);
    const Image image = chain.Picture();
    ExpectSame(chain.Json(), image);
    if (HasFailure()) FAIL() << "seed " << seed;
  }
}

TEST(FusedTest, EqualsPlainStepsOnEveryInstructionSet) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    for (unsigned seed = 1000; seed < 1150; ++seed) {
      RandomChain chain(seed);
      const Image image = chain.Picture();
      ExpectSame(chain.Json(), image);
    }
  }
  hwy::SetSupportedTargetsForTest(0);
}

TEST(FusedTest, EqualsPlainStepsWithThreads) {
  for (unsigned seed = 2000; seed < 2060; ++seed) {
    RandomChain chain(seed);
    const Image image = chain.Picture();
    ExpectSame(chain.Json(), image, seed % 3 + 2);
  }
}

constexpr char kClassifier[] = R"([
  {"type":"LoadImageFromFile"},
  {"type":"Resize","size":[256,-1],"backend":"%s"},
  {"type":"CenterCrop","crop_size":224},
  {"type":"Normalize","mean":[123.675,116.28,103.53],"std":[58.395,57.12,57.375],"to_rgb":true},
  {"type":"ImageToTensor","keys":["img"]},
  {"type":"Collect","keys":["img"]}])";

std::string Classifier(const std::string& backend) {
  std::string json = kClassifier;
  return json.replace(json.find("%s"), 2, backend);
}

TEST(FusedTest, EqualsPlainStepsOnLargePictures) {
  for (const auto format : {PixelFormat::kBgr, PixelFormat::kNv12, PixelFormat::kBgra}) {
    for (const char* backend : {"cv2", "pillow"}) {
      ExpectSame(Classifier(backend), MakeImage(format, 1080, 1920));
      ExpectSame(Classifier(backend), MakeImage(format, 480, 640, 6));
    }
  }
}

TEST(FusedTest, DoesNotWriteToThePicture) {
  const Image image = MakeImage(PixelFormat::kBgr, 60, 80);
  const std::vector<uint8_t> before(image.data, image.data + 60 * 80 * 3);
  ASSERT_TRUE(Apply(Classifier("cv2"), image));
  EXPECT_TRUE(std::equal(before.begin(), before.end(), image.data));
}

TEST(FusedTest, FloatPicturesTakeThePlainSteps) {
  ExpectSame(Classifier("cv2"), MakeImage(PixelFormat::kBgr, 60, 80, 0, 1, DataType::kFloat32));
}

TEST(FusedTest, HugePadValuesAreClamped) {
  for (const char* value : {"1e300", "-1e300", "254.5"}) {
    ExpectSame(fmt::format(R"([{{"type":"LoadImageFromFile"}},
                               {{"type":"Pad","size_divisor":32,"pad_val":{}}},
                               {{"type":"ImageToTensor"}}])",
                           value),
               MakeImage(PixelFormat::kBgr, 20, 30));
  }
}

TEST(FusedTest, ErrorsNameTheStep) {
  const auto result = Apply(
      R"([{"type":"LoadImageFromFile"},{"type":"Pad","size":[10,10]},{"type":"ImageToTensor"}])",
      MakeImage(PixelFormat::kBgr, 20, 30));
  EXPECT_EQ(testing::Message(result),
            "transforms/1 (Pad): the image is 20x30 (height x width), more than the size 10x10 it "
            "is to be padded to; resize it before");
}

}  // namespace
}  // namespace mmdeploy
