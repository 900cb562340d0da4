#include <algorithm>
#include <limits>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

bool IsLargest(int64_t end) {
  return end == std::numeric_limits<int32_t>::max() || end == std::numeric_limits<int64_t>::max();
}

}  // namespace

// The largest end means "to the end", for ONNX Runtime also backwards, where OpenVINO takes
// nothing.
Result<bool> RepairSlice(Node* node) {
  const auto steps = graph::ConstantInts(node->input(4));
  auto ends = graph::ConstantInts(node->input(2));
  if (!steps || !ends || steps->size() != ends->size()) return false;
  bool changed = false;
  for (size_t i = 0; i < ends->size(); ++i) {
    if ((*steps)[i] >= 0 || !IsLargest((*ends)[i])) continue;
    (*ends)[i] = std::numeric_limits<int32_t>::min();
    changed = true;
  }
  if (!changed) return false;
  Value* all = AddInts(*ends, node);
  if (node->input(2)->type.element == ElementType::kInt32) {
    all = AddCast(all, ElementType::kInt32, node);
  }
  node->SetInput(2, all);
  return true;
}

}  // namespace mmdeploy::openvino
