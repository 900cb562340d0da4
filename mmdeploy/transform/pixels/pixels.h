#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

#include "mmdeploy/base/image.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/base/tensor.h"
#include "mmdeploy/transform/transform.h"

namespace mmdeploy {

// A rectangle of pixels inside an image.
struct Window {
  int top = 0, left = 0, height = 0, width = 0;

  bool Covers(const ImageShape& shape) const {
    return top == 0 && left == 0 && height == shape.height && width == shape.width;
  }
};

// Pixels added around an image.
struct Borders {
  int top = 0, left = 0, bottom = 0, right = 0;

  bool empty() const { return (top | left | bottom | right) == 0; }
};

// Where the pixels of a border come from. Names as in mmcv.impad.
enum class PaddingMode {
  kConstant,
  kEdge,       // aaa|abcd|ddd
  kReflect,    // dcb|abcd|cba
  kSymmetric,  // cba|abcd|dcb
};

// A value per channel; the last one given counts for all further channels.
using PadValue = std::array<double, 4>;

// The nearest byte, half to even; values outside 0 to 255 are clamped.
inline uint8_t ToByte(double value) {
  return static_cast<uint8_t>(std::nearbyint(std::clamp(value, 0.0, 255.0)));
}

// Height, width and channels of a [H,W,C] tensor.
// Errors (kInvalidArgument): no image yet, already [1,C,H,W], not 1, 3 or 4 channels of uint8 or
// float32.
Result<ImageShape> CheckPixels(const Tensor& img);

// Whether an image of this size may exist: Image::kMaxSide, Image::kMaxPixels.
Result<void> CheckSize(int64_t height, int64_t width);

// New memory for an image of `shape`, from the pool of `context`.
Result<Tensor> AllocatePixels(DataType dtype, const ImageShape& shape,
                              const TransformContext& context);

// A copy of `window`, which must lie inside the image.
Result<Tensor> Crop(const Tensor& img, const Window& window, const TransformContext& context);

// A copy with a border. Reflecting modes repeat as often as the border is wider than the image.
Result<Tensor> AddBorder(const Tensor& img, const Borders& borders, PaddingMode mode,
                         const PadValue& value, const TransformContext& context);

// [H,W,C] -> [1,C,H,W].
Result<Tensor> ToPlanar(const Tensor& img, const TransformContext& context);

// uint8 -> float32; a float32 image is passed through.
Result<Tensor> ToFloat(const Tensor& img, const TransformContext& context);

// The mirror image, left and right swapped.
Result<Tensor> FlipHorizontal(const Tensor& img, const TransformContext& context);

}  // namespace mmdeploy
