#pragma once

#include <string_view>

#include "mmdeploy/op/op.h"

// What shape rules have in common. Dimensions that are not known fit everything.

namespace mmdeploy::op {

// Dimension `axis` of input `input`.
struct DimOf {
  size_t input;
  size_t axis;
};

// kDynamic if it is not known.
int64_t Dim(InputShapes shapes, DimOf dim);

// Errors: kInvalidArgument if the dimension is known and not `expected`; `meaning` says what it is.
Result<void> ExpectDim(InputShapes shapes, size_t input, size_t axis, int64_t expected,
                       std::string_view meaning);

// The dimension that both have. Errors: kInvalidArgument if they differ.
Result<int64_t> SameDim(InputShapes shapes, DimOf a, DimOf b, std::string_view meaning);

}  // namespace mmdeploy::op
