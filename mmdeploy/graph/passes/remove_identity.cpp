#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Removes nodes that surely pass on what they get:
//
//   a = Identity(x)                      y = Relu(x)
//   b = Transpose<perm=[0,1]>(a)
//   c = Mul(b, {1})
//   y = Relu(c)
//
// Stays: what keeps an input apart from an output of the same graph, and what may broadcast.

namespace mmdeploy::graph {

namespace {

bool IsOutOfUse(const Node& node, size_t output) {
  return output >= node.num_outputs() || !node.output(output)->has_uses();
}

bool IsInference(const Node& node) {  // Dropout
  const Value* training = node.input(2);
  return IsOutOfUse(node, 1) && (!training || IsFilledWith(training, 0)) &&
         node.graph()->model()->opset() >= 7;
}

bool CastsToItself(const Node& node) {
  const auto to = static_cast<ElementType>(node.Int("to", 0));
  return to != ElementType::kUndefined && node.input(0)->type.element == to;
}

bool KeepsOrder(const Node& node) {  // Transpose
  const std::vector<int64_t> perm = node.Ints("perm");
  for (size_t i = 0; i < perm.size(); ++i) {
    if (perm[i] != static_cast<int64_t>(i)) return false;
  }
  return !perm.empty() || Rank(node.input(0)).value_or(2) <= 1;
}

bool KeepsDims(const Node& node) { return SameDims(node.input(0), node.output()); }

// Reshape: all sizes but one are copied or equal, so that the one is equal as well.
bool ReshapesToItself(const Node& node) {
  if (KeepsDims(node)) return true;
  const auto shape = IntsOf(node, "shape", 1);
  const auto rank = Rank(node.input(0));
  if (!shape || rank != shape->size() || node.Int("allowzero", 0) != 0) return false;
  size_t open = 0;
  for (size_t i = 0; i < shape->size(); ++i) {
    const bool is_equal = (*shape)[i] == 0 || KnownDim(node.input(0), i) == (*shape)[i];
    if (!is_equal && (*shape)[i] != -1) return false;
    open += is_equal ? 0 : 1;
  }
  return open <= 1;
}

bool PadsNothing(const Node& node) {
  const auto pads = IntsOf(node, "pads", 1);
  return pads && std::all_of(pads->begin(), pads->end(), [](int64_t pad) { return pad == 0; });
}

bool SlicesAll(const Node& node) {
  if (KeepsDims(node)) {  // equal dimensions, unless it reverses
    return !node.input(4) || IsFilledWith(node.input(4), 1);
  }
  const auto starts = IntsOf(node, "starts", 1);
  const auto ends = IntsOf(node, "ends", 2);
  if (!starts || !ends || (node.input(4) && !IsFilledWith(node.input(4), 1))) return false;
  const auto is_zero = [](int64_t start) { return start == 0; };
  // What exporters write for "to the end"; a smaller number may be less than the dimension.
  const auto is_end = [](int64_t end) { return end >= std::numeric_limits<int32_t>::max(); };
  return std::all_of(starts->begin(), starts->end(), is_zero) &&
         std::all_of(ends->begin(), ends->end(), is_end);
}

bool HasOneInput(const Node& node) { return node.num_inputs() == 1; }
bool SplitsInOne(const Node& node) { return node.num_outputs() == 1; }
bool Always(const Node&) { return true; }

bool ResizesNothing(const Node& node) {
  if (node.String("coordinate_transformation_mode", "") == "tf_crop_and_resize") return false;
  if (IsFilledWith(node.input(2), 1)) return true;
  return node.input(3) && KeepsDims(node);
}

// x op operand, where the operand changes neither values nor dimensions.
bool IsNeutral(const Node& node, double neutral, size_t operand) {
  const Value* x = node.input(1 - operand);
  const Value* other = node.input(operand);
  return other && IsFilledWith(other, neutral) && BroadcastsInto(other, x);
}

bool AddsNothing(const Node& node) { return IsNeutral(node, 0, 1); }
bool ScalesByOne(const Node& node) { return IsNeutral(node, 1, 1); }

struct Case {
  std::string_view op;
  bool (*passes_on)(const Node&);
};

constexpr std::array kCases = {
    Case{"Identity", Always},          Case{"Dropout", IsInference},
    Case{"Cast", CastsToItself},       Case{"Transpose", KeepsOrder},
    Case{"Reshape", ReshapesToItself}, Case{"Flatten", KeepsDims},
    Case{"Squeeze", KeepsDims},        Case{"Expand", KeepsDims},
    Case{"Tile", KeepsDims},           Case{"Pad", PadsNothing},
    Case{"Slice", SlicesAll},          Case{"Concat", HasOneInput},
    Case{"Sum", HasOneInput},          Case{"Max", HasOneInput},
    Case{"Min", HasOneInput},          Case{"Mean", HasOneInput},
    Case{"Split", SplitsInOne},        Case{"Resize", ResizesNothing},
    Case{"Add", AddsNothing},          Case{"Sub", AddsNothing},
    Case{"Mul", ScalesByOne},          Case{"Div", ScalesByOne},
    Case{"Pow", ScalesByOne},
};

// The input that the node passes on, or nullptr.
Value* PassedOn(const Node& node) {
  if (!node.domain().empty() || node.num_outputs() == 0 || !node.input(0)) return nullptr;
  for (const Case& candidate : kCases) {
    if (candidate.op == node.op() && candidate.passes_on(node)) return node.input(0);
  }
  if (node.op() == "Add" && IsNeutral(node, 0, 0)) return node.input(1);
  if (node.op() == "Mul" && IsNeutral(node, 1, 0)) return node.input(1);
  return nullptr;
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    Value* value = PassedOn(*node);
    if (!value || !CanServeUses(node->output(), value)) return;
    ReplaceNode(node, value);
    ++changes;
  });
  return changes;
}

}  // namespace

Pass remove_identity_pass() {
  return {"remove_identity", "remove nodes that pass on what they get", Run};
}

}  // namespace mmdeploy::graph
