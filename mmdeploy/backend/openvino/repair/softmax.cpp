#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// Before operator set 13 Softmax and its like see a matrix: the dimensions from `axis` on are one.
// OpenVINO takes `axis` alone where it is not the last.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

Result<bool> RepairSoftmax(Node* node) {
  if (OpsetOf(*node) >= 13) return false;
  Value* x = node->input(0);
  const int64_t axis = node->Int("axis", 1);
  if (const auto rank = graph::Rank(x)) {
    const auto last = static_cast<int64_t>(*rank) - 1;
    if ((axis < 0 ? axis + last + 1 : axis) == last) return false;
  }
  Value* shape = Add("Shape", {x}, node);
  Value* matrix = Add("Flatten", {x}, node);
  matrix->producer()->Set("axis", axis);
  Value* rows = Add(node->op(), {matrix}, node);
  rows->producer()->Set("axis", int64_t{1});
  ReplaceNode(node, Add("Reshape", {rows, shape}, node));
  return true;
}

}  // namespace mmdeploy::openvino
