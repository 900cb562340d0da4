#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/fold/evaluate_context.h"

namespace mmdeploy::graph {

// Places of elements: `offset` plus the sum of index times stride, counted in elements.
struct Strided {
  std::vector<int64_t> strides;
  int64_t offset = 0;
};

// Of a C-contiguous tensor.
Strided Contiguous(const Shape64& dims);
// Of a tensor seen as a larger one: dimensions of 1 are repeated. The dimensions must broadcast.
Strided Broadcasted(const Shape64& dims, const Shape64& to);

// Copies an element for every index below `dims`.
void CopyStrided(const Shape64& dims, const char* from, const Strided& from_places, char* to,
                 const Strided& to_places, size_t element_bytes);

// Errors: dimensions that do not broadcast.
Result<Shape64> BroadcastShapes(const EvaluateContext& c, const Shape64& a, const Shape64& b);

// The elements of a tensor, repeated to `dims`.
template <class T>
std::vector<T> BroadcastValues(const TensorData& tensor, const Shape64& dims) {
  if (tensor.dims() == dims) return tensor.Values<T>();
  std::vector<T> values(static_cast<size_t>(NumElements(dims).value_or(0)));
  CopyStrided(dims, tensor.bytes().data(), Broadcasted(tensor.dims(), dims),
              reinterpret_cast<char*>(values.data()), Contiguous(dims), sizeof(T));
  return values;
}

}  // namespace mmdeploy::graph
