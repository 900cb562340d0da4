#include "mmdeploy/graph/passes/shape_value.h"

#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::graph {

namespace {

using Elements = std::vector<ShapeElement>;

// Shapes have few elements and are computed in few steps; the limits bound the work per question.
constexpr size_t kMaxElements = 32;
constexpr int kMaxDepth = 24;

std::optional<Elements> Trace(Value* value, int depth);

std::optional<Elements> OfShape(const Node& node) {
  Value* x = node.input(0);
  const std::optional<size_t> rank = Rank(x);
  if (!rank) return std::nullopt;
  const auto size = static_cast<int64_t>(*rank);
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  Elements elements;
  for (int64_t i = clamp(node.Int("start", 0)); i < clamp(node.Int("end", size)); ++i) {
    ShapeElement element = ShapeElement::DimOf(x, static_cast<size_t>(i));
    element.shape = node.output();
    element.place = elements.size();
    elements.push_back(element);
  }
  return elements;
}

std::optional<Elements> OfGather(const Node& node, int depth) {
  if (Rank(node.input(0)) != 1 || !node.input(1)) return std::nullopt;
  const auto data = Trace(node.input(0), depth);
  const auto indices = ConstantInts(node.input(1));
  if (!data || !indices || Rank(node.input(1)).value_or(2) > 1) return std::nullopt;
  const auto size = static_cast<int64_t>(data->size());
  Elements elements;
  for (int64_t index : *indices) {
    if (index < 0) index += size;
    if (index < 0 || index >= size) return std::nullopt;
    elements.push_back((*data)[static_cast<size_t>(index)]);
  }
  return elements;
}

std::optional<Elements> OfSlice(const Node& node, int depth) {
  const auto data = Trace(node.input(0), depth);
  const auto starts = IntsOf(node, "starts", 1);
  const auto ends = IntsOf(node, "ends", 2);
  if (!data || Rank(node.input(0)) != 1) return std::nullopt;
  if (!starts || !ends || starts->size() != 1 || ends->size() != 1) return std::nullopt;
  if (node.input(4) && ConstantInts(node.input(4)) != std::vector<int64_t>{1}) return std::nullopt;
  const auto size = static_cast<int64_t>(data->size());
  auto clamp = [&](int64_t at) { return std::clamp<int64_t>(at < 0 ? at + size : at, 0, size); };
  const int64_t start = clamp((*starts)[0]);
  const int64_t end = std::max(start, clamp((*ends)[0]));
  return Elements(data->begin() + start, data->begin() + end);
}

std::optional<Elements> OfConcat(const Node& node, int depth) {
  Elements elements;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    const auto piece = Trace(node.input(i), depth);
    if (!piece) return std::nullopt;
    elements.insert(elements.end(), piece->begin(), piece->end());
    if (elements.size() > kMaxElements) return std::nullopt;
  }
  return elements;
}

// Changes between scalar and vector, of one element or the same number.
std::optional<Elements> OfReshaping(const Node& node, int depth) {
  if (Rank(node.output()).value_or(2) > 1) return std::nullopt;
  return Trace(node.input(0), depth);
}

std::optional<Elements> OfCast(const Node& node, int depth) {
  const auto to = static_cast<ElementType>(node.Int("to", 0));
  const bool is_integer = to == ElementType::kInt64 || to == ElementType::kInt32;
  const ElementType from = node.input(0)->type.element;
  if (!is_integer || (from != ElementType::kInt64 && from != ElementType::kInt32)) {
    return std::nullopt;
  }
  return Trace(node.input(0), depth);
}

std::optional<int64_t> Compute(const std::string& op, int64_t a, int64_t b) {
  constexpr int64_t kLimit = int64_t{1} << 31;  // products of such numbers do not overflow
  if (std::abs(a) > kLimit || std::abs(b) > kLimit) return std::nullopt;
  if (op == "Add") return a + b;
  if (op == "Sub") return a - b;
  if (op == "Mul") return a * b;
  if (op == "Div" && b > 0 && a >= 0) return a / b;
  return std::nullopt;
}

std::optional<Elements> OfArithmetic(const Node& node, int depth) {
  const auto a = Trace(node.input(0), depth);
  const auto b = Trace(node.input(1), depth);
  if (!a || !b || a->empty() || b->empty()) return std::nullopt;
  if (a->size() != b->size() && a->size() != 1 && b->size() != 1) return std::nullopt;
  Elements elements(std::max(a->size(), b->size()));
  for (size_t i = 0; i < elements.size(); ++i) {
    const ShapeElement& left = (*a)[a->size() == 1 ? 0 : i];
    const ShapeElement& right = (*b)[b->size() == 1 ? 0 : i];
    if (left.kind != ShapeElement::kNumber || right.kind != ShapeElement::kNumber) continue;
    const auto number = Compute(node.op(), left.number, right.number);
    if (number) elements[i] = ShapeElement::Number(*number);
  }
  return elements;
}

std::optional<Elements> OfNode(const Node& node, int depth) {
  if (!node.domain().empty() || node.num_inputs() == 0 || !node.input(0)) return std::nullopt;
  const std::string& op = node.op();
  if (op == "Shape") return OfShape(node);
  if (op == "Gather") return OfGather(node, depth);
  if (op == "Slice") return OfSlice(node, depth);
  if (op == "Concat") return OfConcat(node, depth);
  if (op == "Cast") return OfCast(node, depth);
  if (op == "Unsqueeze" || op == "Squeeze" || op == "Reshape") return OfReshaping(node, depth);
  if (op == "Identity") return Trace(node.input(0), depth);
  if (op == "Add" || op == "Sub" || op == "Mul" || op == "Div") return OfArithmetic(node, depth);
  return std::nullopt;
}

std::optional<Elements> Trace(Value* value, int depth) {
  if (!value || depth == 0) return std::nullopt;
  const ElementType element = value->type.element;
  if (element != ElementType::kInt64 && element != ElementType::kInt32) return std::nullopt;
  if (value->constant()) {
    const TensorData& data = *value->constant();
    if (data.rank() > 1 || data.num_elements() > int64_t{kMaxElements}) return std::nullopt;
    const std::optional<std::vector<int64_t>> numbers = data.Integers();
    Elements elements;
    for (int64_t number : *numbers) elements.push_back(ShapeElement::Number(number));
    return elements;
  }
  if (value->producer()) {
    if (auto elements = OfNode(*value->producer(), depth - 1)) return elements;
  }
  const std::optional<size_t> rank = Rank(value);
  if (rank == 0) return Elements(1);
  const std::optional<int64_t> size = KnownDim(value, 0);
  if (rank == 1 && size && *size <= int64_t{kMaxElements}) {
    return Elements(static_cast<size_t>(*size));
  }
  return std::nullopt;
}

}  // namespace

ShapeElement ShapeElement::DimOf(Value* value, size_t axis) {
  if (const auto known = KnownDim(value, axis)) return Number(*known);
  ShapeElement element;
  element.kind = kDim;
  element.of = value;
  element.axis = axis;
  return element;
}

bool ShapeElement::operator==(const ShapeElement& other) const {
  if (kind != other.kind || kind == kUnknown) return false;
  if (kind == kNumber) return number == other.number;
  if (of == other.of && axis == other.axis) return true;
  return (*of->type.dims)[axis] == (*other.of->type.dims)[other.axis];
}

std::optional<std::vector<ShapeElement>> ShapeElements(Value* value) {
  return Trace(value, kMaxDepth);
}

}  // namespace mmdeploy::graph
