#include "mmdeploy/transform/geometry/geometry.h"

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<Tensor> ApplyGeometry(const Tensor& img, const Geometry& geometry,
                             const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  Tensor out = img;
  if (!geometry.crop.Covers(in)) {
    MMDEPLOY_TRY(out, Crop(out, geometry.crop, context));
  }
  MMDEPLOY_TRY(out, Resample(out, geometry.height, geometry.width, geometry.resampling, context));
  if (!geometry.borders.empty()) {
    MMDEPLOY_TRY(
        out, AddBorder(out, geometry.borders, geometry.padding_mode, geometry.pad_value, context));
  }
  return out;
}

Result<void> GeometricTransform::Run(Sample& sample, const TransformContext& context) const {
  const Sample& before = sample;
  Geometry geometry;
  ImageShape shape;
  MMDEPLOY_TRYV(ForEachImage(sample, [&](Tensor& img) -> Result<void> {
    MMDEPLOY_TRY(shape, CheckPixels(img));
    MMDEPLOY_TRY(geometry, Plan(shape, before));
    MMDEPLOY_TRY(img, ApplyGeometry(img, geometry, context));
    return {};
  }));
  Note(geometry, shape, &sample.meta);
  return {};
}

Result<StaticSample> GeometricTransform::Infer(const StaticSample& in) const {
  MMDEPLOY_TRYV(ExpectInterleaved(in.img));
  if (in.img.dtype) MMDEPLOY_TRYV(CheckResampling(resampling(), *in.img.dtype));
  StaticSample out = in;
  std::tie(out.img.height, out.img.width) = FixedSize();
  if (out.img.height > 0 && out.img.width > 0)
    MMDEPLOY_TRYV(CheckSize(out.img.height, out.img.width));
  if (in.img.height > 0 && in.img.width > 0 && !needs_sample()) {
    const ImageShape shape{in.img.height, in.img.width, std::max(in.img.channels, 1)};
    MMDEPLOY_TRY(const Geometry geometry, Plan(shape, Sample{}));
    const ImageShape result = geometry.OutputShape(shape.channels);
    out.img.height = result.height;
    out.img.width = result.width;
  }
  return out;
}

}  // namespace mmdeploy
