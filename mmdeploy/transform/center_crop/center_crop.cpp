#include "mmdeploy/transform/center_crop/center_crop.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

struct Interval {
  int begin, size;
};

// The middle `length` of `size` pixels. A fractional length is that of efficientnet_style, whose
// end mmcls truncates.
Interval Middle(int size, double length, bool half_to_even) {
  const double margin = (size - length) / 2;
  // std::nearbyint rounds half to even in the default rounding mode.
  const auto begin =
      static_cast<int>(std::max(0.0, half_to_even ? std::nearbyint(margin) : std::round(margin)));
  const auto end = static_cast<int>(std::min<double>(size, begin + length) - 1) + 1;
  return {begin, std::max(end - begin, 1)};
}

}  // namespace

Result<Geometry> CenterCrop::Plan(const ImageShape& in, const Sample&) const {
  double height = args_.height;
  double width = args_.width;
  if (args_.efficientnet_style) {
    const int short_side = std::min(in.height, in.width);
    height = height / (height + args_.crop_padding) * short_side;
    width = width / (width + args_.crop_padding) * short_side;
  }
  const bool half_to_even = args_.half_to_even || args_.efficientnet_style;
  const Interval rows = Middle(in.height, height, half_to_even);
  const Interval columns = Middle(in.width, width, half_to_even);
  Geometry geometry = Geometry::Identity(in);
  geometry.crop = {rows.begin, columns.begin, rows.size, columns.size};
  geometry.height = args_.efficientnet_style ? args_.height : rows.size;
  geometry.width = args_.efficientnet_style ? args_.width : columns.size;
  geometry.resampling = args_.resampling;
  return geometry;
}

void CenterCrop::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  meta->img_shape = geometry.OutputShape(in.channels);
  const auto scale = meta->scale_factor.value_or(std::array<double, 4>{1, 1, 1, 1});
  meta->offset.push_back(static_cast<float>(geometry.crop.left / scale[0]));
  meta->offset.push_back(static_cast<float>(geometry.crop.top / scale[1]));
}

std::pair<int, int> CenterCrop::FixedSize() const {
  if (!args_.efficientnet_style) return {-1, -1};
  return {args_.height, args_.width};
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  CenterCrop::Args args;
  const auto size = RequireIntPair(reader, "crop_size", 1, Image::kMaxSide);
  args.height = size.first;
  args.width = size.second;
  reader.Read("efficientnet_style", &args.efficientnet_style);
  reader.Read("crop_padding", &args.crop_padding, 0, Image::kMaxSide);
  reader.ReadEnum<bool>("rounding", {{"half_away", false}, {"half_even", true}},
                        &args.half_to_even);
  args.resampling = ReadResampling(reader);
  reader.Ignore({"auto_pad", "pad_cfg", "clip_object_border", "keys", "lazy"});
  return MakeStep<CenterCrop>(reader, args);
}

}  // namespace

TransformType center_crop_transform() { return {"CenterCrop", Create}; }

}  // namespace mmdeploy
