#include <algorithm>
#include <optional>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/shape_value.h"

// Gives Reshape and Expand constant shapes where the computed one says no more than -1, 0 (Reshape)
// or 1 (Expand) do:
//
//   s = Shape(x)                         y = Reshape(x, {-1,256})
//   n = Gather(s, {0})
//   t = Concat<axis=0>(n, {256})
//   y = Reshape(x, t)
//
// Two unknown sizes stay computed, unless all are copied: -1 beside a size that may be 0 at run
// time is an error in engines.

namespace mmdeploy::graph {

namespace {

bool IsNumber(const ShapeElement& element) { return element.kind == ShapeElement::kNumber; }

// Whether element i is the size of dimension i of x.
bool IsCopy(const ShapeElement& element, Value* x, size_t i) {
  return Rank(x) && i < *Rank(x) && element == ShapeElement::DimOf(x, i);
}

std::optional<std::vector<int64_t>> ReshapeTarget(Value* x, const Node& node,
                                                  const std::vector<ShapeElement>& elements) {
  const auto open = elements.size() -
                    static_cast<size_t>(std::count_if(elements.begin(), elements.end(), IsNumber));
  const bool infers = std::any_of(elements.begin(), elements.end(), [](const ShapeElement& e) {
    return IsNumber(e) && e.number == -1;
  });
  const bool has_zero = std::any_of(elements.begin(), elements.end(), [](const ShapeElement& e) {
    return IsNumber(e) && e.number == 0;
  });
  if (has_zero || node.Int("allowzero", 0) != 0) return std::nullopt;
  std::vector<int64_t> target;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (IsNumber(elements[i])) {
      target.push_back(elements[i].number);
    } else if (open == 1 && !infers) {
      target.push_back(-1);
    } else if (IsCopy(elements[i], x, i)) {
      target.push_back(0);
    } else {
      return std::nullopt;
    }
  }
  return target;
}

std::optional<std::vector<int64_t>> ExpandTarget(Value* x,
                                                 const std::vector<ShapeElement>& elements) {
  if (!Rank(x)) return std::nullopt;
  std::vector<int64_t> target;
  for (size_t i = 0; i < elements.size(); ++i) {
    const size_t from_end = elements.size() - i;
    if (IsNumber(elements[i])) {
      target.push_back(elements[i].number);
    } else if (from_end <= *Rank(x) && IsCopy(elements[i], x, *Rank(x) - from_end)) {
      target.push_back(1);
    } else {
      return std::nullopt;
    }
  }
  return target;
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    const bool is_reshape = node->Is("Reshape");
    if (!is_reshape && !node->Is("Expand")) return;
    Value* x = node->input(0);
    Value* shape = node->input(1);
    if (!x || !shape || shape->constant()) return;
    const auto elements = ShapeElements(shape);
    if (!elements) return;
    const auto target =
        is_reshape ? ReshapeTarget(x, *node, *elements) : ExpandTarget(x, *elements);
    if (!target) return;
    node->SetInput(1, node->graph()->AddConstant(TensorData::Vector(*target), shape->name()));
    ++changes;
  });
  return changes;
}

}  // namespace

Pass simplify_shape_params_pass() {
  return {"simplify_shape_params", "give Reshape and Expand constant shapes", Run};
}

}  // namespace mmdeploy::graph
