#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "mmdeploy/base/device.h"
#include "mmdeploy/base/dtype.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy {

// Pixel layouts; the values are those of the C API's mmdeploy_pixel_format_t.
enum class PixelFormat : int { kBgr = 0, kRgb = 1, kGray = 2, kNv12 = 3, kNv21 = 4, kBgra = 5 };

std::string_view Name(PixelFormat format);

// Interleaved channels in memory: 1 for gray and the planes of NV12/NV21.
constexpr int NumChannels(PixelFormat format) {
  switch (format) {
    case PixelFormat::kBgr:
    case PixelFormat::kRgb:
      return 3;
    case PixelFormat::kBgra:
      return 4;
    default:
      return 1;
  }
}

// The caller's picture: rows of interleaved pixels. NV12/NV21 hold height luma rows followed by
// height/2 rows of interleaved chroma, all of the same stride. Never written to.
struct Image {
  const uint8_t* data = nullptr;
  int height = 0;  // pixels; of the luma plane for NV12/NV21
  int width = 0;
  PixelFormat format = PixelFormat::kBgr;
  DataType dtype = DataType::kUint8;  // kUint8, or kFloat32 for BGR, RGB and gray
  int64_t row_stride = 0;             // bytes from row to row; 0 means tight
  Device device;
  std::shared_ptr<void> owner;  // keeps the memory, if we own it

  // Largest side, and largest number of pixels, that we accept: larger ones are never a photo.
  static constexpr int kMaxSide = 1 << 16;
  static constexpr int64_t kMaxPixels = int64_t{1} << 28;

  int64_t tight_row_bytes() const {
    return int64_t{width} * NumChannels(format) * static_cast<int64_t>(SizeOf(dtype));
  }
  // Rows in memory: of NV12/NV21 those of both planes.
  int num_rows() const {
    const bool has_chroma = format == PixelFormat::kNv12 || format == PixelFormat::kNv21;
    return has_chroma ? height + height / 2 : height;
  }
  int64_t stride() const { return row_stride ? row_stride : tight_row_bytes(); }
};

// Everything of an image that can be wrong before a pixel is read: null data, size, format,
// element type, odd NV12 sides, a stride below the row.
Result<void> Check(const Image& image);

// The image in the memory of a device: itself if it lies there, else a copy of what Check accepts.
Result<Image> ToDevice(const Image& image, const Device& device);

}  // namespace mmdeploy
