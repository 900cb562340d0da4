#include "mmdeploy/transform/short_scale_aspect_jitter/short_scale_aspect_jitter.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<Geometry> ShortScaleAspectJitter::Plan(const ImageShape& in, const Sample&) const {
  const double factor = static_cast<double>(args_.short_size) / std::min(in.height, in.width);
  const auto scale = [&](int side) {
    const auto length = static_cast<int64_t>(std::llround(side * factor));
    return (length + args_.scale_divisor - 1) / args_.scale_divisor * args_.scale_divisor;
  };
  const int64_t height = scale(in.height);
  const int64_t width = scale(in.width);
  MMDEPLOY_TRYV(CheckSize(height, width));
  Geometry geometry = Geometry::Identity(in);
  geometry.height = static_cast<int>(height);
  geometry.width = static_cast<int>(width);
  return geometry;
}

void ShortScaleAspectJitter::Note(const Geometry& geometry, const ImageShape& in,
                                  ImageMeta* meta) const {
  const double x = static_cast<double>(geometry.width) / in.width;
  const double y = static_cast<double>(geometry.height) / in.height;
  meta->scale_factor = {x, y, x, y};
  meta->img_shape = geometry.OutputShape(in.channels);
}

namespace {

void ExpectNoJitter(JsonReader& reader, std::string_view key) {
  std::vector<double> range = {1, 1};
  reader.Read(key, &range);
  if (reader.ok() && range != std::vector<double>{1, 1}) {
    reader.Fail(key, "allowed: [1.0, 1.0]; nothing is varied at random here");
  }
}

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  ShortScaleAspectJitter::Args args;
  reader.Read("short_size", &args.short_size, 1, Image::kMaxSide);
  reader.Read("scale_divisor", &args.scale_divisor, 1, Image::kMaxSide);
  ExpectNoJitter(reader, "ratio_range");
  ExpectNoJitter(reader, "aspect_ratio_range");
  reader.Ignore({"resize_type", "resize_cfg"});
  return MakeStep<ShortScaleAspectJitter>(reader, args);
}

}  // namespace

TransformType short_scale_aspect_jitter_transform() { return {"ShortScaleAspectJitter", Create}; }

}  // namespace mmdeploy
