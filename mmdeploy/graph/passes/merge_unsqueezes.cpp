#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Unsqueeze behind a Concat, once:
//
//   a = Unsqueeze(p, {0})                c = Concat<axis=0>(p, q)
//   b = Unsqueeze(q, {0})                y = Unsqueeze(c, {0})
//   y = Concat<axis=1>(a, b)
//
// Stays: a Concat along the axis that is new, and values with other users.

namespace mmdeploy::graph {

namespace {

// The axes of an Unsqueeze that serves `concat` only, from the front.
std::optional<std::vector<int64_t>> AxesOf(const Value* value, const Node& concat) {
  const Node* node = value ? value->producer() : nullptr;
  if (!node || !node->Is("Unsqueeze") || !value->single_use() || value->is_output()) {
    return std::nullopt;
  }
  auto axes = IntsOf(*node, "axes", 1);
  const std::optional<size_t> rank = Rank(value);
  if (!axes || !rank || node->graph() != concat.graph()) return std::nullopt;
  for (int64_t& axis : *axes) axis += axis < 0 ? static_cast<int64_t>(*rank) : 0;
  std::sort(axes->begin(), axes->end());
  return axes;
}

bool Move(Node* concat) {
  const std::optional<size_t> rank = Rank(concat->output());
  const auto axes = AxesOf(concat->input(0), *concat);
  if (!axes || !rank || concat->num_inputs() < 2) return false;
  int64_t axis = concat->Int("axis", 1);
  if (axis < 0) axis += static_cast<int64_t>(*rank);
  if (std::find(axes->begin(), axes->end(), axis) != axes->end()) return false;
  std::vector<Value*> inputs;
  for (size_t i = 0; i < concat->num_inputs(); ++i) {
    if (AxesOf(concat->input(i), *concat) != axes) return false;
    inputs.push_back(concat->input(i)->producer()->input(0));
  }
  std::vector<Node*> dead;
  for (size_t i = 0; i < concat->num_inputs(); ++i) dead.push_back(concat->input(i)->producer());
  Graph* graph = concat->graph();
  const Node& first = *dead[0];
  Value* y = concat->output();
  Value* joined = graph->AddOp("Concat", inputs, concat, y->name());
  const auto before =
      std::count_if(axes->begin(), axes->end(), [&](int64_t a) { return a < axis; });
  joined->producer()->Set("axis", axis - static_cast<int64_t>(before));
  joined->type.element = y->type.element;
  std::vector<Value*> unsqueeze = {joined};
  if (first.input(1)) unsqueeze.push_back(first.input(1));
  Value* moved = graph->AddOp("Unsqueeze", unsqueeze, concat, y->name());
  if (!first.input(1)) moved->producer()->Set("axes", *axes);
  moved->type = y->type;
  ReplaceNode(concat, moved);
  for (Node* node : dead) graph->Erase(node);
  return true;
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    if (node->Is("Concat") && node->num_outputs() == 1) changes += Move(node);
  });
  return changes;
}

}  // namespace

Pass merge_unsqueezes_pass() {
  return {"merge_unsqueezes", "one Unsqueeze behind a Concat instead of several before it", Run};
}

}  // namespace mmdeploy::graph
