#pragma once

// Helpers of the tests and benchmarks of this folder.

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "mmdeploy/transform/transform.h"

namespace mmdeploy::testing {

// A picture that owns its memory. Smooth shapes with noise, so that neighbours are related but
// every rounding case occurs; the bytes between rows hold noise as well.
inline Image MakeImage(PixelFormat format, int height, int width, int extra_stride = 0,
                       unsigned seed = 1, DataType dtype = DataType::kUint8) {
  Image image;
  image.height = height;
  image.width = width;
  image.format = format;
  image.dtype = dtype;
  image.row_stride =
      extra_stride ? image.tight_row_bytes() + int64_t{extra_stride} * SizeOf(dtype) : 0;
  const bool yuv = format == PixelFormat::kNv12 || format == PixelFormat::kNv21;
  const int rows = yuv ? height + height / 2 : height;
  // The last row ends with its last pixel: a sanitizer sees every read beyond it.
  const int64_t bytes = (rows - 1) * image.stride() + image.tight_row_bytes();
  auto memory = std::make_shared<std::vector<uint8_t>>(static_cast<size_t>(bytes));
  std::mt19937 random(seed);
  const auto stride = image.stride();
  for (int64_t i = 0; i < bytes; ++i) {
    const int64_t y = i / stride, x = i % stride;
    (*memory)[static_cast<size_t>(i)] =
        static_cast<uint8_t>(x * 2 + y * 3 + (x * y) % 17 + random() % 64);
  }
  if (dtype == DataType::kFloat32) {
    for (size_t i = 0; i + 4 <= memory->size(); i += 4) {
      const auto value = static_cast<float>(random() % 4096) / 16;
      std::memcpy(memory->data() + i, &value, 4);
    }
  }
  image.data = memory->data();
  image.owner = memory;
  return image;
}

inline Result<std::unique_ptr<Transform>> Compile(const std::string& json, bool fuse = true,
                                                  FormatVersion version = {}) {
  MMDEPLOY_TRY(const Json transforms, ParseJson(json, "pipeline.json"));
  TransformOptions options;
  options.version = version;
  JsonNotes notes;
  return CompileTransforms(transforms, JsonPath("pipeline.json"), options, &notes, fuse);
}

// The sample after all steps. Errors: those of loading or running.
inline Result<Sample> Apply(const std::string& json, const Image& image, bool fuse = true,
                            FormatVersion version = {}, int num_threads = 1) {
  MMDEPLOY_TRY(auto transform, Compile(json, fuse, version));
  Sample sample;
  sample.ori_img = image;
  TransformContext context;
  context.num_threads = num_threads;
  MMDEPLOY_TRYV(transform->Run(sample, context));
  return sample;
}

// The message, or "" when there is no error.
template <class T>
std::string Message(const Result<T>& result) {
  return result ? "" : result.error().message();
}

}  // namespace mmdeploy::testing
