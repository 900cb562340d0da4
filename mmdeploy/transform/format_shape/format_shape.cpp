#include "mmdeploy/transform/format_shape/format_shape.h"

#include <cstring>

#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

// All images as [C,H,W] tensors of equal shape and type.
Result<std::vector<Tensor>> PlanarImages(const Sample& sample, const TransformContext& context) {
  std::vector<Tensor> images = sample.imgs;
  if (images.empty()) images.push_back(sample.img);
  for (size_t i = 0; i < images.size(); ++i) {
    if (images[i].shape().size() != 4) {
      MMDEPLOY_TRY(images[i], ToPlanar(images[i], context));
    }
    MMDEPLOY_ENSURE(
        images[i].shape() == images[0].shape() && images[i].dtype() == images[0].dtype(),
        Code::kInvalidArgument, "image {} is {}, image 0 is {}; they must be alike", i,
        Describe(images[i]), Describe(images[0]));
  }
  return images;
}

}  // namespace

Result<void> FormatShape::Run(Sample& sample, const TransformContext& context) const {
  MMDEPLOY_TRY(const auto images, PlanarImages(sample, context));
  const auto count = static_cast<int64_t>(images.size());
  const int64_t length = args_.format == Format::kNcthw ? sample.clip_len : 1;
  MMDEPLOY_ENSURE(length > 0 && count % length == 0, Code::kInvalidArgument,
                  "{} images cannot be divided into clips of {}", count, length);
  const int64_t channels = images[0].shape()[1];
  const int64_t height = images[0].shape()[2];
  const int64_t width = images[0].shape()[3];
  Shape shape{1, count, channels, height, width};
  if (args_.format == Format::kNcthw) {
    shape = {1, count / length, channels, length, height, width};
  }
  MMDEPLOY_TRY(Tensor out, Tensor::Allocate(images[0].dtype(), shape, context.pool));
  const size_t plane = images[0].num_bytes() / static_cast<size_t>(channels);
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t c = 0; c < channels; ++c) {
      const int64_t place = (i / length * channels + c) * length + i % length;
      std::memcpy(out.data<char>() + place * plane,
                  images[static_cast<size_t>(i)].data<char>() + c * plane, plane);
    }
  }
  sample.img = std::move(out);
  sample.imgs.clear();
  return {};
}

Result<StaticSample> FormatShape::Infer(const StaticSample& in) const {
  StaticSample out = in;
  out.img = {};  // [1,N,C,H,W] and [1,M,C,L,H,W] are not of the form of one image
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  FormatShape::Args args;
  reader.RequireMember("input_format");
  reader.ReadEnum<FormatShape::Format>(
      "input_format",
      {{"NCHW", FormatShape::Format::kNchw}, {"NCTHW", FormatShape::Format::kNcthw}}, &args.format);
  reader.Ignore({"collapse"});
  return MakeStep<FormatShape>(reader, args);
}

}  // namespace

TransformType format_shape_transform() { return {"FormatShape", Create}; }

}  // namespace mmdeploy
