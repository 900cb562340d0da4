#include "mmdeploy/transform/default_format_bundle/default_format_bundle.h"

#include "mmdeploy/transform/pixels/pixels.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {

void DefaultFormatBundle::Note(const ImageShape& shape, ImageMeta* meta) {
  if (!meta->pad_shape) meta->pad_shape = shape;
  if (!meta->scale_factor) meta->scale_factor = {1, 1, 1, 1};
}

Result<void> DefaultFormatBundle::Run(Sample& sample, const TransformContext& context) const {
  return ForEachImage(sample, [&](Tensor& img) -> Result<void> {
    MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
    if (args_.img_to_float) {
      MMDEPLOY_TRY(img, ToFloat(img, context));
    }
    Note(shape, &sample.meta);
    MMDEPLOY_TRY(img, ToPlanar(img, context));
    return {};
  });
}

Result<StaticSample> DefaultFormatBundle::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  StaticSample out = in;
  out.img.planar = true;
  if (args_.img_to_float) out.img.dtype = DataType::kFloat32;
  return out;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  DefaultFormatBundle::Args args;
  reader.Read("img_to_float", &args.img_to_float);
  reader.Ignore({"keys", "pad_val"});
  return MakeStep<DefaultFormatBundle>(reader, args);
}

}  // namespace

TransformType default_format_bundle_transform() { return {"DefaultFormatBundle", Create}; }

}  // namespace mmdeploy
