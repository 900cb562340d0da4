#include "mmdeploy/transform/pixels/pixels.h"

#include <cstring>

namespace mmdeploy {
namespace {

// Index into a row of `size` elements that `i`, which may lie outside, is mapped to.
int BorderIndex(int64_t i, int size, PaddingMode mode) {
  if (i >= 0 && i < size) return static_cast<int>(i);
  if (mode == PaddingMode::kEdge || size == 1) return i < 0 ? 0 : size - 1;
  // Both reflections are periodic; one that repeats the edge has a period of 2 * size.
  const int64_t repeat = mode == PaddingMode::kSymmetric ? 1 : 0;
  const int64_t period = int64_t{2} * size - 2 * (1 - repeat);
  const int64_t phase = ((i % period) + period) % period;
  return static_cast<int>(phase < size ? phase : period - phase - repeat);
}

// Fills one pixel's worth of bytes with the constant.
void EncodePixel(DataType dtype, int channels, const PadValue& value, unsigned char* pixel) {
  for (int c = 0; c < channels; ++c) {
    if (dtype == DataType::kUint8) {
      pixel[c] = ToByte(value[static_cast<size_t>(c)]);
    } else {
      const auto number = static_cast<float>(value[c]);
      std::memcpy(pixel + c * sizeof(float), &number, sizeof(float));
    }
  }
}

void FillPixels(unsigned char* out, int count, const unsigned char* pixel, size_t pixel_bytes) {
  for (int x = 0; x < count; ++x) std::memcpy(out + x * pixel_bytes, pixel, pixel_bytes);
}

}  // namespace

Result<ImageShape> CheckPixels(const Tensor& img) {
  MMDEPLOY_ENSURE(!img.empty(), Code::kInvalidArgument,
                  "there is no image yet, put LoadImageFromFile before this step");
  MMDEPLOY_ENSURE(img.shape().size() == 3, Code::kInvalidArgument,
                  "expected an image of height x width x channels, found {}; put this step before "
                  "ImageToTensor and DefaultFormatBundle",
                  Describe(img));
  const ImageShape shape{static_cast<int>(img.shape()[0]), static_cast<int>(img.shape()[1]),
                         static_cast<int>(img.shape()[2])};
  MMDEPLOY_ENSURE(shape.channels == 1 || shape.channels == 3 || shape.channels == 4,
                  Code::kInvalidArgument, "image has {} channels, allowed: 1, 3, 4",
                  shape.channels);
  MMDEPLOY_ENSURE(img.dtype() == DataType::kUint8 || img.dtype() == DataType::kFloat32,
                  Code::kInvalidArgument, "image has element type {}, allowed: uint8, float32",
                  Name(img.dtype()));
  MMDEPLOY_TRYV(CheckSize(shape.height, shape.width));
  return shape;
}

Result<void> CheckSize(int64_t height, int64_t width) {
  MMDEPLOY_ENSURE(height > 0 && width > 0, Code::kOutOfRange,
                  "the result would be empty: {}x{} (height x width)", height, width);
  MMDEPLOY_ENSURE(
      height <= Image::kMaxSide && width <= Image::kMaxSide && height * width <= Image::kMaxPixels,
      Code::kOutOfRange,
      "the result would be too large: {}x{} (height x width), allowed: sides up to {} "
      "and up to {} pixels",
      height, width, Image::kMaxSide, Image::kMaxPixels);
  return {};
}

Result<Tensor> AllocatePixels(DataType dtype, const ImageShape& shape,
                              const TransformContext& context) {
  MMDEPLOY_TRYV(CheckSize(shape.height, shape.width));
  return Tensor::Allocate(dtype, {shape.height, shape.width, shape.channels}, context.pool);
}

Result<Tensor> Crop(const Tensor& img, const Window& window, const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
  MMDEPLOY_ENSURE(window.top >= 0 && window.left >= 0 && window.height > 0 && window.width > 0 &&
                      window.height <= shape.height - window.top &&
                      window.width <= shape.width - window.left,
                  Code::kOutOfRange, "a crop of {}x{} at ({}, {}) does not lie inside {}x{}",
                  window.height, window.width, window.top, window.left, shape.height, shape.width);
  MMDEPLOY_TRY(Tensor out,
               AllocatePixels(img.dtype(), {window.height, window.width, shape.channels}, context));
  const size_t pixel = SizeOf(img.dtype()) * static_cast<size_t>(shape.channels);
  const size_t row = pixel * static_cast<size_t>(window.width);
  for (int y = 0; y < window.height; ++y) {
    const size_t from = static_cast<size_t>(window.top + y) * static_cast<size_t>(shape.width) +
                        static_cast<size_t>(window.left);
    std::memcpy(out.data<char>() + static_cast<size_t>(y) * row, img.data<char>() + from * pixel,
                row);
  }
  return out;
}

Result<Tensor> AddBorder(const Tensor& img, const Borders& borders, PaddingMode mode,
                         const PadValue& value, const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape in, CheckPixels(img));
  const int64_t height = int64_t{in.height} + borders.top + borders.bottom;
  const int64_t width = int64_t{in.width} + borders.left + borders.right;
  MMDEPLOY_TRYV(CheckSize(height, width));
  const ImageShape shape{static_cast<int>(height), static_cast<int>(width), in.channels};
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), shape, context));

  const size_t pixel = SizeOf(img.dtype()) * static_cast<size_t>(in.channels);
  unsigned char constant[4 * sizeof(float)];
  EncodePixel(img.dtype(), in.channels, value, constant);
  for (int y = 0; y < shape.height; ++y) {
    auto* row = out.data<unsigned char>() + static_cast<size_t>(y) * shape.width * pixel;
    const int from_y = y - borders.top;
    if (mode == PaddingMode::kConstant && (from_y < 0 || from_y >= in.height)) {
      FillPixels(row, shape.width, constant, pixel);
      continue;
    }
    const auto* from = img.data<unsigned char>() +
                       static_cast<size_t>(BorderIndex(from_y, in.height, mode)) * in.width * pixel;
    for (int x = 0; x < borders.left; ++x) {
      const auto* source = mode == PaddingMode::kConstant
                               ? constant
                               : from + BorderIndex(x - borders.left, in.width, mode) * pixel;
      std::memcpy(row + x * pixel, source, pixel);
    }
    std::memcpy(row + borders.left * pixel, from, in.width * pixel);
    for (int x = in.width; x < in.width + borders.right; ++x) {
      const auto* source =
          mode == PaddingMode::kConstant ? constant : from + BorderIndex(x, in.width, mode) * pixel;
      std::memcpy(row + (borders.left + x) * pixel, source, pixel);
    }
  }
  return out;
}

namespace {

template <class T>
void Deinterleave(const Tensor& img, const ImageShape& shape, Tensor* out) {
  const int64_t plane = int64_t{shape.height} * shape.width;
  const T* from = img.data<T>();
  for (int c = 0; c < shape.channels; ++c) {
    T* to = out->data<T>() + c * plane;
    for (int64_t i = 0; i < plane; ++i) to[i] = from[i * shape.channels + c];
  }
}

}  // namespace

Result<Tensor> ToPlanar(const Tensor& img, const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
  const Shape planar{1, shape.channels, shape.height, shape.width};
  if (shape.channels == 1) return img.Reshaped(planar);
  MMDEPLOY_TRY(Tensor out, Tensor::Allocate(img.dtype(), planar, context.pool));
  if (img.dtype() == DataType::kUint8) {
    Deinterleave<uint8_t>(img, shape, &out);
  } else {
    Deinterleave<float>(img, shape, &out);
  }
  return out;
}

Result<Tensor> ToFloat(const Tensor& img, const TransformContext& context) {
  if (img.dtype() == DataType::kFloat32) return img;
  MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
  MMDEPLOY_TRY(Tensor out, AllocatePixels(DataType::kFloat32, shape, context));
  const auto* from = img.data<uint8_t>();
  auto* to = out.data<float>();
  const int64_t count = img.num_elements();
  for (int64_t i = 0; i < count; ++i) to[i] = from[i];
  return out;
}

Result<Tensor> FlipHorizontal(const Tensor& img, const TransformContext& context) {
  MMDEPLOY_TRY(const ImageShape shape, CheckPixels(img));
  MMDEPLOY_TRY(Tensor out, AllocatePixels(img.dtype(), shape, context));
  const size_t pixel = SizeOf(img.dtype()) * static_cast<size_t>(shape.channels);
  const auto* from = img.data<char>();
  auto* to = out.data<char>();
  for (int y = 0; y < shape.height; ++y) {
    for (int x = 0; x < shape.width; ++x) {
      std::memcpy(to + x * pixel, from + (shape.width - 1 - x) * pixel, pixel);
    }
    from += shape.width * pixel;
    to += shape.width * pixel;
  }
  return out;
}

}  // namespace mmdeploy
