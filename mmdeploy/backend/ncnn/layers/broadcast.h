#pragma once

#include <initializer_list>
#include <optional>
#include <vector>

#include "mmdeploy/backend/ncnn/layers/dense.h"

// Functions of several blobs, element by element, with the broadcasting of ONNX: dimensions are
// aligned at the innermost one, and those of 1 are repeated.

namespace mmdeploy::ncnn {

// The dimensions of the result; nothing if the operands do not fit, or for more than 2^28 elements.
std::optional<std::vector<int>> BroadcastDims(std::initializer_list<const Dense*> operands);

// By number of an element of the result, the number of the operand's. `dims` are of the result.
std::vector<size_t> BroadcastIndices(const Dense& operand, const std::vector<int>& dims);

// f(a, b) for each pair of elements.
template <class F>
std::optional<Dense> Broadcast(const Dense& a, const Dense& b, const F& f) {
  const auto dims = BroadcastDims({&a, &b});
  if (!dims) return std::nullopt;
  Dense result{*dims, {}};
  result.values.resize(result.Count());
  const bool one = b.values.size() == 1;
  if (a.dims == *dims && (one || b.dims == *dims)) {
    for (size_t i = 0; i < result.values.size(); ++i) {
      result.values[i] = f(a.values[i], b.values[one ? 0 : i]);
    }
    return result;
  }
  const auto from_a = BroadcastIndices(a, *dims), from_b = BroadcastIndices(b, *dims);
  for (size_t i = 0; i < result.values.size(); ++i) {
    result.values[i] = f(a.values[from_a[i]], b.values[from_b[i]]);
  }
  return result;
}

}  // namespace mmdeploy::ncnn
