#include "mmdeploy/backend/ncnn/blob.h"

#include <algorithm>
#include <array>

namespace mmdeploy::ncnn {
namespace {

size_t ChannelSize(const ::ncnn::Mat& blob) {
  return static_cast<size_t>(blob.w) * static_cast<size_t>(blob.h) * static_cast<size_t>(blob.d);
}

::ncnn::Mat MakeBlob(const Shape& dims, ::ncnn::Allocator* allocator) {
  std::array<int, 4> d{};
  for (size_t i = 0; i < dims.size(); ++i) d[i] = static_cast<int>(dims[i]);
  ::ncnn::Mat blob;
  if (dims.size() == 1) blob.create(d[0], 4u, allocator);
  if (dims.size() == 2) blob.create(d[1], d[0], 4u, allocator);
  if (dims.size() == 3) blob.create(d[2], d[1], d[0], 4u, allocator);
  if (dims.size() == 4) blob.create(d[3], d[2], d[1], d[0], 4u, allocator);
  return blob;
}

}  // namespace

Result<::ncnn::Mat> ToBlob(const float* values, const Shape& dims, ::ncnn::Allocator* allocator) {
  constexpr int64_t kMaxElements = 1 << 29;
  const auto count = dims.num_elements();
  MMDEPLOY_ENSURE(dims.size() >= 1 && dims.size() <= 4, Code::kNotSupported,
                  "ncnn takes 1 to 4 dimensions beside the batch, found {}", Name(dims));
  MMDEPLOY_ENSURE(count && *count > 0 && *count <= kMaxElements, Code::kOutOfRange,
                  "ncnn takes 1 to {} elements, found {}", kMaxElements, Name(dims));
  ::ncnn::Mat blob = MakeBlob(dims, allocator);
  MMDEPLOY_ENSURE(!blob.empty(), Code::kOutOfMemory, "no memory for a blob of {}", Name(dims));
  const size_t size = ChannelSize(blob);
  for (int c = 0; c < blob.c; ++c) {
    float* channel = blob.channel(c);
    if (values) {
      std::copy_n(values + static_cast<size_t>(c) * size, size, channel);
    } else {
      std::fill_n(channel, size, 0.f);
    }
  }
  return blob;
}

Shape DimsOf(const ::ncnn::Mat& blob) {
  if (blob.dims == 1) return {blob.w};
  if (blob.dims == 2) return {blob.h, blob.w};
  if (blob.dims == 3) return {blob.c, blob.h, blob.w};
  return {blob.c, blob.d, blob.h, blob.w};
}

void CopyValues(const ::ncnn::Mat& blob, float* values) {
  const size_t size = ChannelSize(blob);
  for (int c = 0; c < blob.c; ++c) {
    const float* channel = blob.channel(c);
    std::copy_n(channel, size, values + static_cast<size_t>(c) * size);
  }
}

}  // namespace mmdeploy::ncnn
