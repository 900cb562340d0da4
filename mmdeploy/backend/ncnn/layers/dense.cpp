#include "mmdeploy/backend/ncnn/layers/dense.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "mmdeploy/backend/ncnn/blob.h"

namespace mmdeploy::ncnn {

size_t Dense::Count(size_t begin, size_t end) const {
  return std::accumulate(dims.begin() + static_cast<int64_t>(begin),
                         dims.begin() + static_cast<int64_t>(end), size_t{1},
                         [](size_t a, int b) { return a * static_cast<size_t>(b); });
}

Dense ToDense(const ::ncnn::Mat& blob) {
  const Shape shape = DimsOf(blob);
  Dense dense{std::vector<int>(shape.begin(), shape.end()), {}};
  dense.values.resize(dense.Count());
  CopyValues(blob, dense.values.data());
  return dense;
}

int FromDense(const Dense& dense, ::ncnn::Allocator* allocator, ::ncnn::Mat* blob) {
  const std::vector<int64_t> dims(dense.dims.begin(), dense.dims.end());
  auto made = ToBlob(dense.values.data(), Shape(dims), allocator);
  if (!made) return made.error().code() == Code::kOutOfMemory ? -100 : -1;
  *blob = *made;
  return 0;
}

std::optional<std::vector<int>> ReadShape(const ::ncnn::Mat& blob) {
  constexpr float kMaxExtent = 1 << 24;
  const Dense dense = ToDense(blob);
  if (dense.dims.size() != 1 || dense.values.size() < 2) return std::nullopt;
  std::vector<int> shape;
  for (size_t i = 1; i < dense.values.size(); ++i) {
    const float value = dense.values[i] + 0.5f;
    if (!(value >= 1 && value <= kMaxExtent)) return std::nullopt;
    shape.push_back(static_cast<int>(value));
  }
  return shape;
}

int ResolveAxis(int axis, size_t rank) {
  const int count = static_cast<int>(rank);
  const int resolved = axis < 0 ? axis + count : axis;
  return resolved >= 0 && resolved < count ? resolved : -1;
}

}  // namespace mmdeploy::ncnn
