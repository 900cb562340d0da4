#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mmdeploy/graph/infer/sym_int.h"
#include "mmdeploy/graph/tensor_data.h"

namespace mmdeploy::graph {

// What is known of the elements of a small tensor: all of them (`tensor`), or whole numbers with
// symbols among them (`elements`, in C order; some may be unknown). Booleans count as 0 and 1.
struct Content {
  // Larger tensors are no arithmetic about shapes; following them would make inference slow.
  static constexpr int64_t kMaxElements = 64;

  static Content Of(TensorPtr tensor);
  static Content Of(ElementType element, std::vector<int64_t> dims, std::vector<SymInt> elements);

  TensorPtr tensor;
  ElementType element = ElementType::kUndefined;
  std::vector<int64_t> dims;
  std::vector<SymInt> elements;
};

}  // namespace mmdeploy::graph
