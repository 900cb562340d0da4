#include "mmdeploy/base/image.h"

#include <array>

#include "mmdeploy/base/tensor.h"

namespace mmdeploy {
namespace {

constexpr std::array<std::string_view, 6> kFormatNames = {"BGR",  "RGB",  "GRAYSCALE",
                                                          "NV12", "NV21", "BGRA"};

bool IsYuv(PixelFormat format) {
  return format == PixelFormat::kNv12 || format == PixelFormat::kNv21;
}

}  // namespace

std::string_view Name(PixelFormat format) {
  const auto index = static_cast<size_t>(format);
  return index < kFormatNames.size() ? kFormatNames[index] : "unknown";
}

Result<void> Check(const Image& image) {
  const int format = static_cast<int>(image.format);
  MMDEPLOY_ENSURE(format >= 0 && format < static_cast<int>(kFormatNames.size()),
                  Code::kInvalidArgument,
                  "image has pixel format {}, allowed: 0 (BGR), 1 (RGB), 2 (GRAYSCALE), 3 (NV12), "
                  "4 (NV21), 5 (BGRA)",
                  format);
  MMDEPLOY_ENSURE(image.height > 0 && image.width > 0, Code::kInvalidArgument,
                  "image is empty: height {}, width {}; both must be at least 1", image.height,
                  image.width);
  MMDEPLOY_ENSURE(
      image.height <= Image::kMaxSide && image.width <= Image::kMaxSide &&
          int64_t{image.height} * image.width <= Image::kMaxPixels,
      Code::kOutOfRange,
      "image is too large: {}x{} (height x width), allowed: sides up to {} and up to {} "
      "pixels",
      image.height, image.width, Image::kMaxSide, Image::kMaxPixels);
  MMDEPLOY_ENSURE(image.data, Code::kInvalidArgument, "image has no data (null pointer)");
  const bool float_ok = !IsYuv(image.format) && image.format != PixelFormat::kBgra;
  MMDEPLOY_ENSURE(
      image.dtype == DataType::kUint8 || (image.dtype == DataType::kFloat32 && float_ok),
      Code::kNotSupported, "image of format {} has element type {}, allowed: uint8{}",
      Name(image.format), Name(image.dtype), float_ok ? ", float32" : "");
  MMDEPLOY_ENSURE(!IsYuv(image.format) || (image.height % 2 == 0 && image.width % 2 == 0),
                  Code::kInvalidArgument,
                  "{} image is {}x{} (height x width), both sides must be even", Name(image.format),
                  image.height, image.width);
  MMDEPLOY_ENSURE(image.row_stride == 0 || image.row_stride >= image.tight_row_bytes(),
                  Code::kInvalidArgument,
                  "image has a row stride of {} bytes, a row of {} {} pixels needs {}",
                  image.row_stride, image.width, Name(image.format), image.tight_row_bytes());
  return {};
}

Result<Image> ToDevice(const Image& image, const Device& device) {
  if (image.device == device) return image;
  MMDEPLOY_TRYV(Check(image));
  // The last row ends with its pixels: what lies behind them need not be the image's.
  const int64_t bytes = (image.num_rows() - 1) * image.stride() + image.tight_row_bytes();
  const Tensor pixels(const_cast<uint8_t*>(image.data), DataType::kUint8, {bytes}, nullptr,
                      image.device);
  MMDEPLOY_TRY(const Tensor copy, ToDevice(pixels, device));
  Image moved = image;
  moved.data = copy.data<uint8_t>();
  moved.device = device;
  moved.owner = copy.owner();
  return moved;
}

}  // namespace mmdeploy
