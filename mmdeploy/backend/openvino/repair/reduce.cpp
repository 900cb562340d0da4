#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO does not read the attribute `axes` of some reductions of operator sets 13 to 17, and
// computes nothing where an empty list of axes means that every element is reduced alone.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// ReduceSum has its axes as an input from operator set 13 on.
Value* AddSum(Value* x, const std::vector<int64_t>& axes, int64_t keepdims, Node* node) {
  Value* sum = Add("ReduceSum", {x, AddInts(axes, node)}, node);
  sum->producer()->Set("keepdims", keepdims);
  return sum;
}

// Less the largest, so that nothing overflows.
Value* AddLogSumExp(Value* x, const std::vector<int64_t>& axes, int64_t keepdims, Node* node) {
  Value* largest = Add("ReduceMax", {x}, node);
  largest->producer()->Set("axes", axes);
  largest->producer()->Set("keepdims", int64_t{1});
  Value* powers = Add("Exp", {Add("Sub", {x, largest}, node)}, node);
  Value* log = Add("Log", {AddSum(powers, axes, keepdims, node)}, node);
  if (keepdims == 0) largest = AddAxes("Squeeze", largest, axes, node);
  return Add("Add", {log, largest}, node);
}

// Over no axes.
Value* AddAlone(Value* x, Node* node) {
  if (node->Is("ReduceL1") || node->Is("ReduceL2")) return Add("Abs", {x}, node);
  if (node->Is("ReduceLogSum")) return Add("Log", {x}, node);
  if (node->Is("ReduceSumSquare")) return Add("Mul", {x, x}, node);
  return Add("Identity", {x}, node);
}

// Two means behind each other become one, of integers with another rounding.
Result<void> RefuseMeanOfMean(const Node& node) {
  const Node* before = node.input(0)->producer();
  const bool means = node.Is("ReduceMean") && before && before->Is("ReduceMean");
  MMDEPLOY_ENSURE(!means || graph::IsFloat(node.input(0)), Code::kNotSupported,
                  "a mean of a mean of {} is rounded once instead of twice; cast to float32 before",
                  Name(node.input(0)->type.element));
  return {};
}

}  // namespace

Result<bool> RepairReduce(Node* node) {
  MMDEPLOY_TRYV(RefuseMeanOfMean(*node));
  const int64_t opset = OpsetOf(*node);
  const bool axes_are_input = opset >= 18 || (opset >= 13 && node->Is("ReduceSum"));
  Value* x = node->input(0);
  if (axes_are_input) {
    const Value* given = node->input(1);
    const bool none = !given || (given->constant() && given->constant()->num_elements() == 0);
    if (!none || node->Int("noop_with_empty_axes", 0) == 0) return false;
    ReplaceNode(node, AddAlone(x, node));
    return true;
  }
  const std::vector<int64_t> axes = node->Ints("axes");
  if (opset < 13 || axes.empty()) return false;
  const int64_t keepdims = node->Int("keepdims", 1);
  Value* y = nullptr;
  if (node->Is("ReduceL1")) {
    y = AddSum(Add("Abs", {x}, node), axes, keepdims, node);
  } else if (node->Is("ReduceLogSum")) {
    y = Add("Log", {AddSum(x, axes, keepdims, node)}, node);
  } else if (node->Is("ReduceLogSumExp")) {
    y = AddLogSumExp(x, axes, keepdims, node);
  }
  if (!y) return false;
  ReplaceNode(node, y);
  return true;
}

}  // namespace mmdeploy::openvino
