#pragma once

#include <array>
#include <string>

#include "mmdeploy/backend/ncnn/param_file.h"
#include "mmdeploy/base/span.h"

// What ncnn's layers take for granted: that parameters agree with each other and with the weights
// (known when a file is read), and blobs with both (known when the layer runs).

namespace mmdeploy::ncnn {

// Extent of a blob: `rank` dimensions of {c, d, h, w}, the innermost last; the others are 1.
struct BlobShape {
  int rank = 0;
  int c = 1, d = 1, h = 1, w = 1;

  int64_t count() const { return int64_t{c} * d * h * w; }
  // The dimensions that exist, outermost first; `size` is `rank`.
  std::array<int, 4> dims() const;
  int outermost() const { return rank == 0 ? 0 : dims()[0]; }
};

// "3x224x224".
std::string Name(const BlobShape& shape);

// Errors: kNotSupported for a layer type that is not known, with the nearest one; what CheckParams
// answers; kFail for parameters that contradict each other. `bin_bytes` is the size of the weights
// file: no layer has more weights.
Result<void> CheckLayers(const ParamFile& file, size_t bin_bytes, const std::string& name);

// What is wrong with the inputs of a layer, or nothing. Errors: kFail, without the layer's name.
using InputsCheck = Result<void> (*)(const ParamLayer& layer, Span<const BlobShape> inputs);

// The check of a layer type; nullptr for one that takes everything. The inputs it is called with
// are not empty.
InputsCheck FindInputsCheck(const std::string& type);

}  // namespace mmdeploy::ncnn
