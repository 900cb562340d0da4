#include "mmdeploy/graph/passes/facts.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/half.h"

namespace mmdeploy::graph {

std::optional<size_t> Rank(const Value* value) {
  if (!value || !value->type.dims) return std::nullopt;
  return value->type.dims->size();
}

std::optional<int64_t> KnownDim(const Value* value, size_t axis) {
  if (!value || !value->type.dims || axis >= value->type.dims->size()) return std::nullopt;
  const Dim& dim = (*value->type.dims)[axis];
  return dim.is_known() ? std::optional(dim.value()) : std::nullopt;
}

bool SameDims(const Value* a, const Value* b) {
  return a->type.dims && b->type.dims && *a->type.dims == *b->type.dims;
}

bool SameElement(const Value* a, const Value* b) {
  return a->type.element != ElementType::kUndefined && a->type.element == b->type.element;
}

bool IsFloat(const Value* value) {
  switch (value->type.element) {
    case ElementType::kFloat16:
    case ElementType::kFloat32:
    case ElementType::kFloat64:
    case ElementType::kBfloat16:
      return true;
    default:
      return false;
  }
}

bool IsCommonFloat(const Value* value) {
  return value->type.element == ElementType::kFloat16 ||
         value->type.element == ElementType::kFloat32;
}

bool IsFilledWith(const Value* value, double number) {
  if (!value || !value->constant() || value->constant()->num_elements() == 0) return false;
  const TensorData& data = *value->constant();
  if (data.type() == ElementType::kFloat32) {  // the usual case, without a copy
    for (int64_t i = 0; i < data.num_elements(); ++i) {
      if (data.At<float>(i) != number) return false;
    }
    return true;
  }
  const std::optional<std::vector<double>> numbers = data.Numbers();
  return numbers && std::all_of(numbers->begin(), numbers->end(),
                                [&](double found) { return found == number; });
}

bool BroadcastsInto(const Value* operand, const Value* x) {
  if (!operand->type.dims || !x->type.dims) return false;
  const Dims& from = *operand->type.dims;
  const Dims& to = *x->type.dims;
  if (from.size() > to.size()) return false;
  for (size_t i = 0; i < from.size(); ++i) {
    const Dim& dim = from[from.size() - 1 - i];
    const bool is_one = dim.is_known() && dim.value() == 1;
    if (!is_one && dim != to[to.size() - 1 - i]) return false;
  }
  return true;
}

std::optional<std::vector<int64_t>> IntsOf(const Node& node, std::string_view attribute,
                                           size_t input) {
  if (const auto* ints = node.Get<std::vector<int64_t>>(attribute)) return *ints;
  return ConstantInts(node.input(input));
}

TensorPtr MakeFloats(ElementType type, std::vector<int64_t> dims,
                     const std::vector<double>& values) {
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
    return nullptr;
  }
  if (type == ElementType::kFloat64) return TensorData::Make<double>(std::move(dims), values);
  if (type == ElementType::kFloat32) {
    return TensorData::Make<float>(std::move(dims), {values.begin(), values.end()});
  }
  if (type != ElementType::kFloat16) return nullptr;
  std::string bytes;
  for (double value : values) {
    const uint16_t half = FloatToHalf(static_cast<float>(value));
    if (!std::isfinite(HalfToFloat(half))) return nullptr;
    bytes.append(reinterpret_cast<const char*>(&half), sizeof(half));
  }
  return TensorData::Own(type, std::move(dims), std::move(bytes));
}

void ReplaceNode(Node* node, Value* value) {
  if (value->type.element == ElementType::kUndefined && value->type.is_tensor()) {
    value->type = node->output()->type;
  }
  node->output()->ReplaceUses(value);
  node->graph()->Erase(node);
}

bool CanServeUses(const Value* output, const Value* value) {
  return !output->is_output() ||
         (value->producer() && !value->is_output() && value->graph() == output->graph());
}

}  // namespace mmdeploy::graph
