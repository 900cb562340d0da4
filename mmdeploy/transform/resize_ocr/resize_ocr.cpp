#include "mmdeploy/transform/resize_ocr/resize_ocr.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Result<int> ResizeOcr::TextWidth(const ImageShape& original) const {
  const double exact = static_cast<double>(args_.height) / original.height * original.width;
  MMDEPLOY_TRYV(CheckSize(args_.height, static_cast<int64_t>(std::min(std::ceil(exact), 1e9))));
  int width = static_cast<int>(std::ceil(exact));
  const int multiple = args_.width_multiple;
  if (width % multiple != 0) {
    // nearbyint rounds halves to even in the default rounding mode, as Python's round does.
    const double steps = std::nearbyint(static_cast<double>(width) / multiple);
    width = std::max(static_cast<int>(steps), 1) * multiple;
  }
  return args_.min_width > 0 ? std::max(args_.min_width, width) : width;
}

Result<Geometry> ResizeOcr::Plan(const ImageShape& in, const Sample& sample) const {
  Geometry geometry = Geometry::Identity(in);
  geometry.height = args_.height;
  geometry.width = args_.max_width;
  if (args_.keep_aspect_ratio) {
    MMDEPLOY_TRY(const int width, TextWidth(OriginalShape(in, sample)));
    geometry.width = args_.max_width > 0 ? std::min(args_.max_width, width) : width;
    geometry.borders.right = std::max(args_.max_width - width, 0);
    geometry.pad_value = args_.pad_value;
  }
  MMDEPLOY_TRYV(CheckSize(geometry.height, geometry.width));
  return geometry;
}

void ResizeOcr::Note(const Geometry& geometry, const ImageShape& in, ImageMeta* meta) const {
  meta->pad_shape = geometry.OutputShape(in.channels);
  meta->valid_ratio = 1;
  if (args_.keep_aspect_ratio && args_.max_width > 0) {
    meta->valid_ratio = static_cast<double>(geometry.width) / args_.max_width;
  }
}

namespace {

// `width_downsample_ratio` is the network's, 1/16 for one that halves the width four times.
void ReadWidthMultiple(JsonReader& reader, ResizeOcr::Args* args) {
  double ratio = 1.0 / 16;
  reader.Read("width_downsample_ratio", &ratio, 1.0 / 4096, 1.0);
  if (reader.ok()) args->width_multiple = static_cast<int>(1 / ratio);
}

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions& options) {
  ResizeOcr::Args args;
  reader.Require("height", &args.height, 1, Image::kMaxSide);
  reader.Read("min_width", &args.min_width, -1, Image::kMaxSide);
  reader.Read("max_width", &args.max_width, -1, Image::kMaxSide);
  reader.Read("keep_aspect_ratio", &args.keep_aspect_ratio);
  if (reader.ok() && !args.keep_aspect_ratio && args.max_width <= 0) {
    reader.Fail("max_width", "required when keep_aspect_ratio is false");
  }
  if (args.max_width == 0) args.max_width = -1;
  ReadWidthMultiple(reader, &args);
  args.pad_value =
      ReadPadValue(reader, "img_pad_value", options.version.pad_number_is_for_all_channels());
  reader.Ignore({"backend", "interpolation"});
  return MakeStep<ResizeOcr>(reader, args);
}

}  // namespace

TransformType resize_ocr_transform() { return {"ResizeOCR", Create}; }

}  // namespace mmdeploy
