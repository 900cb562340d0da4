#include "mmdeploy/transform/resize/resize.h"

#include <algorithm>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {
namespace {

struct Size {
  int64_t height, width;
};

// `length` for one side, the other one in proportion, rounded down.
Size FollowSide(const ImageShape& in, int64_t length, Resize::Side side) {
  const bool fix_width = side == Resize::Side::kWidth ||
                         (side == Resize::Side::kShort && in.width < in.height) ||
                         (side == Resize::Side::kLong && in.width > in.height);
  if (fix_width) return {length * in.height / in.width, length};
  return {length, length * in.width / in.height};
}

// The largest size of the same aspect ratio whose long and short sides fit those of `frame`. The
// factor is rounded to single precision, which decides ties.
Size FitInside(const ImageShape& in, const Size& frame) {
  const auto ratio = [](int64_t a, int b) { return static_cast<double>(a) / b; };
  const auto factor = static_cast<float>(
      std::min(ratio(std::max(frame.height, frame.width), std::max(in.height, in.width)),
               ratio(std::min(frame.height, frame.width), std::min(in.height, in.width))));
  const auto scale = [&](int side) { return static_cast<int64_t>(side * factor + 0.5); };
  return {scale(in.height), scale(in.width)};
}

}  // namespace

Result<Geometry> Resize::Plan(const ImageShape& in, const Sample& sample) const {
  Size size{args_.height, args_.width};
  if (sample.target) {
    size = {sample.target->height, sample.target->width};
  } else if (args_.height < 0) {
    size = FollowSide(in, args_.length, args_.side);
  }
  if (args_.keep_ratio) size = FitInside(in, size);
  MMDEPLOY_ENSURE(
      size.height != 0 && size.width != 0, Code::kOutOfRange,
      "an image of {}x{} (height x width) would become {}x{}, which is empty: it is too "
      "long for its width; cut it into parts, or resize it without keep_ratio",
      in.height, in.width, size.height, size.width);
  MMDEPLOY_TRYV(CheckSize(size.height, size.width));
  Geometry geometry = Geometry::Identity(in);
  geometry.height = static_cast<int>(size.height);
  geometry.width = static_cast<int>(size.width);
  geometry.resampling = args_.resampling;
  return geometry;
}

void Resize::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  const double x = static_cast<double>(geometry.width) / in.width;
  const double y = static_cast<double>(geometry.height) / in.height;
  meta->scale_factor = {x, y, x, y};
  meta->img_shape = geometry.OutputShape(in.channels);
  meta->keep_ratio = args_.keep_ratio;
}

std::pair<int, int> Resize::FixedSize() const {
  if (args_.keep_ratio || args_.height < 0) return {-1, -1};
  return {args_.height, args_.width};
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  Resize::Args args;
  const auto size = RequireIntPair(reader, "size", 1, Image::kMaxSide, -1);
  if (reader.ok() && size.second == 0) reader.Fail("size", "found 0, allowed: -1, or 1 and above");
  if (size.second == -1) {
    args.height = args.width = -1;
    args.length = size.first;
  } else if (options.version.size_is_width_height()) {
    args.width = size.first;
    args.height = size.second;
  } else {
    args.height = size.first;
    args.width = size.second;
  }
  reader.ReadEnum<Resize::Side>("adaptive_side",
                                {{"short", Resize::Side::kShort},
                                 {"long", Resize::Side::kLong},
                                 {"height", Resize::Side::kHeight},
                                 {"width", Resize::Side::kWidth}},
                                &args.side);
  reader.Read("keep_ratio", &args.keep_ratio);
  args.resampling = ReadResampling(reader);
  reader.Ignore({"img_scale", "multiscale_mode", "ratio_range", "bbox_clip_border", "override",
                 "keys", "scale", "scale_factor", "clip_object_border", "lazy", "output_keys"});
  return MakeStep<Resize>(reader, args);
}

}  // namespace

TransformType resize_transform() { return {"Resize", Create}; }

}  // namespace mmdeploy
