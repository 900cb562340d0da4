#include "mmdeploy/backend/ncnn/layer/blob_shape.h"

#include <algorithm>

#include "mmdeploy/base/shape.h"

namespace mmdeploy::ncnn {

std::array<int, 4> BlobShape::dims() const {
  if (rank == 1) return {w};
  if (rank == 2) return {h, w};
  if (rank == 3) return {c, h, w};
  return {c, d, h, w};
}

bool BlobShape::operator==(const BlobShape& other) const {
  return rank == other.rank && dims() == other.dims();
}

BlobShape ShapeOf(const std::vector<int64_t>& dims) {
  constexpr int64_t kMost = 1 << 30;
  BlobShape shape;
  if (dims.empty() || dims.size() > 4) return shape;
  for (const int64_t dim : dims) {
    if (dim < 1 || dim > kMost) return shape;
  }
  const auto at = [&](size_t from_right) {
    return static_cast<int>(dims[dims.size() - from_right]);
  };
  shape.rank = static_cast<int>(dims.size());
  shape.w = at(1);
  if (shape.rank >= 2) shape.h = at(2);
  if (shape.rank == 3) shape.c = at(3);
  if (shape.rank == 4) {
    shape.d = at(3);
    shape.c = at(4);
  }
  return shape;
}

std::string Name(const BlobShape& shape) {
  const auto dims = shape.dims();
  return Name(
      mmdeploy::Shape(std::vector<int64_t>(dims.begin(), dims.begin() + std::min(shape.rank, 4))));
}

// The axis from 0 on; -1 if it does not exist.
int ResolveAxis(const BlobShape& shape, int axis) {
  const int resolved = axis < 0 ? axis + shape.rank : axis;
  return resolved >= 0 && resolved < shape.rank ? resolved : -1;
}

Result<void> ExpectRank(const BlobShape& shape, int min, int max) {
  MMDEPLOY_ENSURE(shape.rank >= min && shape.rank <= max, Code::kFail,
                  "input {} has {} dimensions, expected {}", Name(shape), shape.rank,
                  min == max ? fmt::format("{}", min) : fmt::format("{}..{}", min, max));
  return {};
}

Result<void> ExpectSize(const BlobShape& shape, int64_t found, int64_t expected, const char* what) {
  MMDEPLOY_ENSURE(found == expected, Code::kFail, "input {} has {} {}, the weights are for {}",
                  Name(shape), found, what, expected);
  return {};
}

Result<void> ExpectAxis(const BlobShape& shape, int axis) {
  MMDEPLOY_ENSURE(ResolveAxis(shape, axis) >= 0, Code::kFail, "input {} has no axis {}",
                  Name(shape), axis);
  return {};
}

Result<void> ExpectAxes(const BlobShape& shape, const std::vector<double>& axes) {
  for (const double axis : axes) MMDEPLOY_TRYV(ExpectAxis(shape, static_cast<int>(axis)));
  return {};
}

Result<void> ExpectDivides(const BlobShape& shape, int64_t extent, int64_t divisor) {
  MMDEPLOY_ENSURE(extent % divisor == 0, Code::kFail, "{} does not divide {} of input {}", divisor,
                  extent, Name(shape));
  return {};
}

int Extent(const BlobShape& shape, int spatial_axis) {
  return spatial_axis == 0 ? shape.w : spatial_axis == 1 ? shape.h : shape.d;
}

Result<void> ExpectWindow(const BlobShape& shape, int axis, int64_t window, int64_t padding) {
  const int64_t extent = Extent(shape, axis) + padding;
  MMDEPLOY_ENSURE(extent >= window, Code::kFail,
                  "input {} with padding {} is smaller than the kernel of {}", Name(shape), padding,
                  window);
  return {};
}

}  // namespace mmdeploy::ncnn
