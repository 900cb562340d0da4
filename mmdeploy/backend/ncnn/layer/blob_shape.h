#pragma once

#include <array>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"

namespace mmdeploy::ncnn {

// Extent of a blob: `rank` dimensions of {c, d, h, w}, the innermost last; the others are 1. A rank
// of 0: nothing is known of it.
struct BlobShape {
  int rank = 0;
  int c = 1, d = 1, h = 1, w = 1;

  int64_t count() const { return int64_t{c} * d * h * w; }
  // The dimensions that exist, outermost first; `size` is `rank`.
  std::array<int, 4> dims() const;
  int outermost() const { return rank == 0 ? 0 : dims()[0]; }
  bool operator==(const BlobShape& other) const;
  bool operator!=(const BlobShape& other) const { return !(*this == other); }
};

using Shapes = Span<const BlobShape>;

// Of dimensions, outermost first; nothing is known of more than four, none, and those below 1.
BlobShape ShapeOf(const std::vector<int64_t>& dims);

// "3x224x224".
std::string Name(const BlobShape& shape);

// The axis from 0 on; -1 if it does not exist.
int ResolveAxis(const BlobShape& shape, int axis);

// What checks of layers ask. Errors: kFail, with what was found.
Result<void> ExpectRank(const BlobShape& shape, int min, int max);
Result<void> ExpectSize(const BlobShape& shape, int64_t found, int64_t expected, const char* what);
Result<void> ExpectAxis(const BlobShape& shape, int axis);
Result<void> ExpectAxes(const BlobShape& shape, const std::vector<double>& axes);
Result<void> ExpectDivides(const BlobShape& shape, int64_t extent, int64_t divisor);
// That a window (with padding) lies within a spatial axis: 0 is w.
Result<void> ExpectWindow(const BlobShape& shape, int axis, int64_t window, int64_t padding);
int Extent(const BlobShape& shape, int spatial_axis);

}  // namespace mmdeploy::ncnn
