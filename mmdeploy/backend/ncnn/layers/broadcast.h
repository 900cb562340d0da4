#pragma once

#include <optional>
#include <vector>

#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/base/span.h"

// Functions of several blobs, element by element, with the broadcasting of ONNX: dimensions are
// aligned at the innermost one, and those of 1 are repeated.

namespace mmdeploy::ncnn {

// The dimensions of the result; nothing if the operands do not fit, or for more than 2^28 elements.
std::optional<std::vector<int>> BroadcastDims(Span<const Dense> operands);

// By number of an element of the result, the number of the operand's. `dims` are of the result.
std::vector<size_t> BroadcastIndices(const Dense& operand, const std::vector<int>& dims);

// f(operands...) for two blobs.
template <class F>
std::optional<Dense> Broadcast(const Dense& a, const Dense& b, const F& f) {
  const Dense operands[] = {a, b};
  const auto dims = BroadcastDims({operands, 2});
  if (!dims) return std::nullopt;
  Dense result{*dims, {}};
  result.values.resize(result.Count());
  const auto from_a = BroadcastIndices(a, *dims), from_b = BroadcastIndices(b, *dims);
  for (size_t i = 0; i < result.values.size(); ++i) {
    result.values[i] = f(a.values[from_a[i]], b.values[from_b[i]]);
  }
  return result;
}

}  // namespace mmdeploy::ncnn
