#include "mmdeploy/transform/rescale_to_height/rescale_to_height.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<Geometry> RescaleToHeight::Plan(const ImageShape& in, const Sample& sample) const {
  const ImageShape& original = OriginalShape(in, sample);
  double width = std::ceil(static_cast<double>(args_.height) / original.height * original.width);
  if (args_.min_width > 0) width = std::max<double>(width, args_.min_width);
  if (args_.max_width > 0) width = std::min<double>(width, args_.max_width);
  // nearbyint rounds halves to even in the default rounding mode, as Python's round does.
  width = std::max(std::nearbyint(width / args_.width_divisor), 1.0) * args_.width_divisor;
  MMDEPLOY_TRYV(CheckSize(args_.height, static_cast<int64_t>(width)));
  Geometry geometry = Geometry::Identity(in);
  geometry.height = args_.height;
  geometry.width = static_cast<int>(width);
  return geometry;
}

void RescaleToHeight::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  meta->img_shape = geometry.OutputShape(in.channels);
  meta->pad_shape = meta->img_shape;
  meta->valid_ratio = 1;
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  RescaleToHeight::Args args;
  reader.Require("height", &args.height, 1, Image::kMaxSide);
  reader.Read("min_width", &args.min_width, -1, Image::kMaxSide);
  reader.Read("max_width", &args.max_width, -1, Image::kMaxSide);
  reader.Read("width_divisor", &args.width_divisor, 1, Image::kMaxSide);
  reader.Ignore({"resize_type", "resize_cfg", "keys"});
  return MakeStep<RescaleToHeight>(reader, args);
}

}  // namespace

TransformType rescale_to_height_transform() { return {"RescaleToHeight", Create}; }

}  // namespace mmdeploy
