// The steps against mmcls, mmcv and Pillow on real photos; testdata/make_testdata.py wrote the
// expected results.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "mmdeploy/base/file.h"
#include "mmdeploy/transform/testing.h"

namespace mmdeploy {
namespace {

constexpr char kFolder[] = "mmdeploy/transform/testdata/";

struct Golden {
  Json json;
  Bytes blob;
};

const Golden& LoadGolden() {
  static const auto* golden = [] {
    auto* loaded = new Golden;
    const auto text = ReadFile(std::string(kFolder) + "golden.json");
    const auto blob = ReadFile(std::string(kFolder) + "golden.bin");
    if (text && blob) {
      loaded->json = ParseJson(AsText(*text), "golden.json").value_or(Json{});
      loaded->blob = *blob;
    }
    return loaded;
  }();
  return *golden;
}

// A [H,W,C] tensor inside the blob.
Tensor TensorAt(const Json& place) {
  const auto shape = place["shape"].get<std::vector<int64_t>>();
  auto* data = const_cast<char*>(LoadGolden().blob->data()) + place["offset"].get<size_t>();
  return Tensor(data, *ParseDataType(place["dtype"].get<std::string>()),
                Shape(Span<const int64_t>(shape)));
}

Image PictureOf(const Tensor& pixels) {
  Image image;
  image.data = pixels.data<uint8_t>();
  image.height = static_cast<int>(pixels.shape()[0]);
  image.width = static_cast<int>(pixels.shape()[1]);
  image.format = pixels.shape()[2] == 1 ? PixelFormat::kGray : PixelFormat::kBgr;
  return image;
}

double At(const Tensor& tensor, int64_t i) {
  if (tensor.dtype() == DataType::kUint8) return tensor.data<uint8_t>()[i];
  float value;  // the blob is not aligned
  std::memcpy(&value, tensor.data<char>() + i * 4, 4);
  return static_cast<double>(value);
}

// Largest difference between a [1,C,H,W] and a [H,W,C] tensor.
double MaxDifference(const Tensor& planar, const Tensor& interleaved) {
  const int64_t channels = interleaved.shape()[2];
  const int64_t plane = interleaved.shape()[0] * interleaved.shape()[1];
  double worst = 0;
  for (int64_t i = 0; i < plane; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      worst =
          std::max(worst, std::abs(At(planar, c * plane + i) - At(interleaved, i * channels + c)));
    }
  }
  return worst;
}

// The steps of the case between loading and layout.
std::string Chain(const Json& test, bool gray) {
  Json chain = test["transforms"];
  if (chain[0]["type"] != "LoadImageFromFile") {
    const Json load = {{"type", "LoadImageFromFile"}, {"color_type", gray ? "grayscale" : "color"}};
    chain.insert(chain.begin(), load);
  }
  chain.push_back({{"type", "ImageToTensor"}, {"keys", {"img"}}});
  return chain.dump();
}

TEST(GoldenTest, EqualsTheTrainingPipelines) {
  const Json& json = LoadGolden().json;
  ASSERT_TRUE(json.is_object()) << "run the test from the root of the repository";
  ASSERT_GT(json["cases"].size(), 60u);
  for (const auto& test : json["cases"]) {
    SCOPED_TRACE(test["transforms"].dump() + " on " + test["picture"].get<std::string>());
    const Tensor expected = TensorAt(test["expected"]);
    const Image picture = PictureOf(TensorAt(json["pictures"][test["picture"].get<std::string>()]));
    const std::string chain = Chain(test, picture.format == PixelFormat::kGray);
    for (const bool fuse : {false, true}) {
      SCOPED_TRACE(fuse ? "fused" : "plain");
      const auto sample = testing::Apply(chain, picture, fuse);
      ASSERT_TRUE(sample) << sample.error().message();
      const Shape& shape = expected.shape();
      ASSERT_EQ(Name(sample->img.shape()), Name(Shape{1, shape[2], shape[0], shape[1]}));
      ASSERT_EQ(sample->img.dtype(), expected.dtype());
      EXPECT_LE(MaxDifference(sample->img, expected), test["tolerance"].get<double>());
    }
  }
}

}  // namespace
}  // namespace mmdeploy
