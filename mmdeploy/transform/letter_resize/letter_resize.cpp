#include "mmdeploy/transform/letter_resize/letter_resize.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

std::pair<float, float> LetterResize::Ratios(const ImageShape& in) const {
  const float x = static_cast<float>(args_.width) / static_cast<float>(in.width);
  const float y = static_cast<float>(args_.height) / static_cast<float>(in.height);
  if (args_.stretch_only) return {x, y};
  const float ratio = args_.allow_scale_up ? std::min(x, y) : std::min({x, y, 1.f});
  return {ratio, ratio};
}

Result<Geometry> LetterResize::Plan(const ImageShape& in, const Sample&) const {
  const auto [x, y] = Ratios(in);
  Geometry geometry = Geometry::Identity(in);
  geometry.height = std::min(static_cast<int>(std::lround(in.height * y)), args_.height);
  geometry.width = std::min(static_cast<int>(std::lround(in.width * x)), args_.width);
  MMDEPLOY_TRYV(CheckSize(geometry.height, geometry.width));
  geometry.resampling = args_.resampling;
  int bottom = args_.height - geometry.height;
  int right = args_.width - geometry.width;
  if (args_.use_mini_pad) {
    bottom %= 32;
    right %= 32;
  }
  geometry.borders.top = bottom / 2;
  geometry.borders.left = right / 2;
  geometry.borders.bottom = bottom - geometry.borders.top;
  geometry.borders.right = right - geometry.borders.left;
  geometry.pad_value = args_.pad_value;
  return geometry;
}

void LetterResize::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  const auto [x, y] = Ratios(in);
  auto& scale = meta->scale_factor;
  if (!scale) scale = {1, 1, 1, 1};
  scale = {(*scale)[0] * x, (*scale)[1] * y, (*scale)[2] * x, (*scale)[3] * y};
  meta->img_shape = geometry.OutputShape(in.channels);
  const Borders& borders = geometry.borders;
  meta->pad_param = {static_cast<float>(borders.top), static_cast<float>(borders.left),
                     static_cast<float>(borders.bottom), static_cast<float>(borders.right)};
}

std::pair<int, int> LetterResize::FixedSize() const {
  if (args_.use_mini_pad && !args_.stretch_only) return {-1, -1};
  return {args_.height, args_.width};
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  LetterResize::Args args;
  const auto size = RequireIntPair(reader, "scale", 1, Image::kMaxSide);
  args.height = size.first;
  args.width = size.second;
  reader.Read("allow_scale_up", &args.allow_scale_up);
  reader.Read("use_mini_pad", &args.use_mini_pad);
  reader.Read("stretch_only", &args.stretch_only);
  args.pad_value = ReadPadValue(reader, "pad_val", true);
  args.resampling = ReadResampling(reader);
  reader.Ignore({"keep_ratio", "half_pad_param", "clip_object_border", "keys"});
  return MakeStep<LetterResize>(reader, args);
}

}  // namespace

TransformType letter_resize_transform() { return {"LetterResize", Create}; }

}  // namespace mmdeploy
