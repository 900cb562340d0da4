#pragma once

#include <array>
#include <vector>

#include "mmdeploy/transform/fused/kernels.h"
#include "mmdeploy/transform/geometry/geometry.h"

namespace mmdeploy {

// Several geometries in one: a window of the picture is scaled, a window of that is kept, and
// borders are added.
struct MergedGeometry {
  Window source;
  int scaled_height = 0, scaled_width = 0;
  Resampling resampling;
  Window keep;
  Borders borders;
  PadValue pad_value{};
  bool pad_is_normalized = false;  // the borders get pad_value itself

  static MergedGeometry Identity(const ImageShape& shape);

  ImageShape OutputShape(int channels) const;

  // Appends a step. False when the result is no longer of this form: scaling after anything but a
  // crop, changing pixels after a border.
  bool Append(const Geometry& step);
};

// What becomes of the pixels after they are in place.
struct PixelFormatting {
  std::vector<Plane> planes;     // of the output, `byte` counts channels of the loaded image
  std::vector<int> pad_channel;  // the channel whose pad value counts for each plane
  bool to_float = true;          // else uint8
};

// The picture in the colours of `color`, cut, scaled, padded, formatted: a [1,C,H,W] tensor.
// Errors: kNotSupported for a resampling without a fused kernel; kOutOfMemory.
Result<Tensor> Render(const Image& image, bool gray, bool rgb, const MergedGeometry& geometry,
                      const PixelFormatting& formatting, const TransformContext& context);

}  // namespace mmdeploy
