#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/shape_value.h"

// Replaces computed sizes that the types tell, even where other dimensions are unknown:
//
//   (float[N,3,8,8] x)                   z = ConstantOfShape({8})
//   s = Shape(x)
//   h = Gather(s, {2})
//   z = ConstantOfShape(h)

namespace mmdeploy::graph {

namespace {

TensorPtr Numbers(const Value& value, const std::vector<ShapeElement>& elements) {
  std::vector<int64_t> numbers;
  for (const ShapeElement& element : elements) {
    if (element.kind != ShapeElement::kNumber) return nullptr;
    numbers.push_back(element.number);
  }
  std::vector<int64_t> dims;
  if (*Rank(&value) == 1) dims.push_back(static_cast<int64_t>(numbers.size()));
  if (value.type.element == ElementType::kInt64) {
    return TensorData::Make<int64_t>(std::move(dims), numbers);
  }
  return TensorData::Make<int32_t>(std::move(dims), {numbers.begin(), numbers.end()});
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    if (node->num_outputs() != 1 || !node->domain().empty()) return;
    Value* output = node->output();
    if (!Rank(output) || *Rank(output) > 1 || output->is_output()) return;
    const auto elements = ShapeElements(output);
    if (!elements || (*Rank(output) == 0 && elements->size() != 1)) return;
    TensorPtr numbers = Numbers(*output, *elements);
    if (!numbers) return;
    ReplaceNode(node, node->graph()->AddConstant(std::move(numbers), output->name()));
    ++changes;
  });
  return changes;
}

}  // namespace

Pass fold_shapes_pass() {
  return {"fold_shapes", "replace computed sizes that the types tell by constants", Run};
}

}  // namespace mmdeploy::graph
