#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Concat of a Concat:
//
//   a = Concat<axis=1>(p, q)             y = Concat<axis=1>(p, q, r)
//   y = Concat<axis=1>(a, r)
//
// A part without elements is left out:
//
//   y = Concat<axis=1>(p, e, q)          y = Concat<axis=1>(p, q)          e: float[2,0,3]
//
// Stays: an inner one with other users, and other axes; a Concat of nothing but empty parts.

namespace mmdeploy::graph {

namespace {

// From the front where the rank is known, so that -1 and the last are the same.
std::optional<int64_t> AxisOf(const Node& node) {
  const int64_t axis = node.Int("axis", 1);
  if (axis >= 0) return axis;
  const std::optional<size_t> rank = Rank(node.output());
  return rank ? std::optional(axis + static_cast<int64_t>(*rank)) : std::nullopt;
}

bool IsInner(const Value* value, const Node& outer, int64_t axis) {
  const Node* producer = value ? value->producer() : nullptr;
  return producer && producer->Is("Concat") && producer->graph() == outer.graph() &&
         value->single_use() && !value->is_output() && AxisOf(*producer) == axis;
}

bool Merge(Node* node) {
  const std::optional<int64_t> axis = AxisOf(*node);
  if (!axis) return false;
  std::vector<Value*> inputs;
  std::vector<Node*> inner;
  for (size_t i = 0; i < node->num_inputs(); ++i) {
    Value* input = node->input(i);
    if (!IsInner(input, *node, *axis)) {
      inputs.push_back(input);
      continue;
    }
    inner.push_back(input->producer());
    for (size_t k = 0; k < inner.back()->num_inputs(); ++k) {
      inputs.push_back(inner.back()->input(k));
    }
  }
  if (inner.empty()) return false;
  Value* y = node->output();
  Value* merged = node->graph()->AddOp("Concat", inputs, node, y->name());
  merged->producer()->Set("axis", *axis);
  merged->type = y->type;
  Graph* graph = node->graph();
  ReplaceNode(node, merged);
  for (Node* dead : inner) graph->Erase(dead);
  return true;
}

bool DropEmptyParts(Node* node) {
  const std::optional<int64_t> axis = AxisOf(*node);
  if (!axis || *axis < 0) return false;
  std::vector<Value*> inputs;
  for (size_t i = 0; i < node->num_inputs(); ++i) {
    Value* input = node->input(i);
    if (KnownDim(input, static_cast<size_t>(*axis)) != 0) inputs.push_back(input);
  }
  if (inputs.empty() || inputs.size() == node->num_inputs()) return false;
  Value* y = node->output();
  Value* rest = node->graph()->AddOp("Concat", inputs, node, y->name());
  rest->producer()->Set("axis", *axis);
  rest->type = y->type;
  ReplaceNode(node, rest);
  return true;
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    if (!node->Is("Concat") || node->num_outputs() != 1) return;
    // A node that is replaced is looked at again in the next round.
    changes += DropEmptyParts(node) || Merge(node);
  });
  return changes;
}

}  // namespace

Pass merge_concats_pass() {
  return {"merge_concats", "one Concat for Concats in a row, without empty parts", Run};
}

}  // namespace mmdeploy::graph
