#include "mmdeploy/graph/infer/context.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mmdeploy/graph/infer/inference.h"

namespace mmdeploy::graph {

namespace {

// A sanity limit: numpy allows 64, engines 8 or fewer.
constexpr size_t kMaxRank = 64;

constexpr int64_t kNewestOpset = 1000;

bool IsIntegerType(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
    case ElementType::kInt16:
    case ElementType::kInt32:
    case ElementType::kInt64:
    case ElementType::kUint8:
    case ElementType::kUint16:
    case ElementType::kUint32:
    case ElementType::kUint64:
      return true;
    default:
      return false;
  }
}

}  // namespace

InferContext::InferContext(Inference* inference, Node* node)
    : inference_(inference),
      node_(node),
      outputs_(node->num_outputs()),
      contents_(node->num_outputs()) {
  const int64_t version = inference->model()->opset(node->domain());
  opset_ = version > 0 ? version : kNewestOpset;
}

const ValueType& InferContext::type(size_t i) const {
  static const ValueType unknown;
  const Value* value = node_->input(i);
  return value ? value->type : unknown;
}

const Content* InferContext::content(size_t i) const {
  return Has(i) ? inference_->content(node_->input(i)) : nullptr;
}

std::optional<std::vector<SymInt>> InferContext::Elements(size_t i) const {
  if (const Content* known = content(i)) {
    if (known->dims.size() > 1) return std::nullopt;
    return known->elements;
  }
  const OptionalDims& shape = dims(i);
  if (!shape || shape->size() != 1 || !(*shape)[0].is_known()) return std::nullopt;
  if ((*shape)[0].value() > static_cast<int64_t>(kMaxRank)) return std::nullopt;
  return std::vector<SymInt>(static_cast<size_t>((*shape)[0].value()));
}

std::optional<std::vector<int64_t>> InferContext::KnownInts(size_t i) const {
  const Content* known = content(i);
  return known && known->tensor ? known->tensor->Integers() : std::nullopt;
}

std::optional<std::vector<double>> InferContext::KnownNumbers(size_t i) const {
  const Content* known = content(i);
  return known && known->tensor ? known->tensor->Numbers() : std::nullopt;
}

template <class T>
const T* InferContext::Get(std::string_view name, std::string_view expected) {
  const AttributeValue* value = node_->Find(name);
  if (!value) return nullptr;
  const T* typed = std::get_if<T>(value);
  if (!typed && !attribute_error_) {
    attribute_error_ =
        Error(Code::kInvalidArgument, fmt::format("attribute '{}' must be {}", name, expected));
  }
  return typed;
}

int64_t InferContext::Int(std::string_view name, int64_t otherwise) {
  const int64_t* value = Get<int64_t>(name, "an integer");
  return value ? *value : otherwise;
}

std::string InferContext::String(std::string_view name, std::string_view otherwise) {
  const std::string* value = Get<std::string>(name, "a string");
  return value ? *value : std::string(otherwise);
}

std::optional<std::vector<int64_t>> InferContext::Ints(std::string_view name) {
  const auto* value = Get<std::vector<int64_t>>(name, "a list of integers");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::vector<float>> InferContext::Floats(std::string_view name) {
  const auto* value = Get<std::vector<float>>(name, "a list of floats");
  return value ? std::optional(*value) : std::nullopt;
}

std::optional<std::optional<std::vector<int64_t>>> InferContext::AttributeOrInput(
    std::string_view name, size_t i) {
  using Given = std::optional<std::vector<int64_t>>;
  if (node_->Find(name)) return Given(Ints(name));
  if (!Has(i)) return Given();
  if (Given ints = KnownInts(i)) return ints;
  return std::nullopt;
}

void InferContext::Set(size_t i, ElementType element, OptionalDims dims) {
  ValueType type;
  type.element = element;
  type.dims = std::move(dims);
  SetType(i, std::move(type));
}

void InferContext::SetType(size_t i, ValueType type) {
  if (i >= outputs_.size()) return;
  if (type.dims && type.dims->size() > kMaxRank) type.dims.reset();
  outputs_[i] = std::move(type);
}

void InferContext::SetContent(size_t i, Content content) {
  if (i < contents_.size() && content.elements.size() <= Content::kMaxElements) {
    contents_[i] = std::move(content);
  }
}

std::string InferContext::DescribeInput(size_t i) const {
  if (!Has(i)) return fmt::format("input {}", i);
  return fmt::format("input {} '{}' {}", i, node_->input(i)->name(), Name(type(i)));
}

Result<size_t> InferContext::Axis(std::string_view what, int64_t axis, size_t rank) const {
  const auto size = static_cast<int64_t>(rank);
  if (axis < -size || axis >= size) {
    return Fail("{} is {}, allowed for {} dimensions {}..{}", what, axis, rank, -size, size - 1);
  }
  return static_cast<size_t>(axis < 0 ? axis + size : axis);
}

Result<std::vector<size_t>> InferContext::Axes(const std::vector<int64_t>& axes,
                                               size_t rank) const {
  std::vector<size_t> result;
  for (int64_t axis : axes) {
    MMDEPLOY_TRY(const size_t place, Axis("an axis", axis, rank));
    result.push_back(place);
  }
  std::sort(result.begin(), result.end());
  if (std::adjacent_find(result.begin(), result.end()) != result.end()) {
    return Fail("axes [{}] name a dimension twice", fmt::join(axes, ","));
  }
  return result;
}

Result<void> InferContext::ExpectRank(size_t i, size_t min, size_t max) const {
  if (!dims(i) || (dims(i)->size() >= min && dims(i)->size() <= max)) return {};
  const std::string allowed = min == max        ? fmt::format("{}", min)
                              : max == SIZE_MAX ? fmt::format("at least {}", min)
                                                : fmt::format("{} to {}", min, max);
  return Fail("{} has {} dimensions, allowed {}", DescribeInput(i), dims(i)->size(), allowed);
}

Result<void> InferContext::ExpectSameElement(size_t i, size_t j) const {
  const ElementType a = element(i), b = element(j);
  if (a == b || a == ElementType::kUndefined || b == ElementType::kUndefined) return {};
  return Fail("{} must have the element type of {}", DescribeInput(j), DescribeInput(i));
}

Result<void> InferContext::ExpectInteger(size_t i) const {
  if (element(i) == ElementType::kUndefined || IsIntegerType(element(i))) return {};
  return Fail("{} must have elements of int64 or int32", DescribeInput(i));
}

Result<Dim> InferContext::Same(std::string_view what, const Dim& a, const Dim& b) const {
  if (a.is_known() && b.is_known() && a.value() != b.value()) {
    return Fail("{} must agree, found {} and {}", what, a.value(), b.value());
  }
  if (a.is_known() || b.is_unknown()) return a;
  if (b.is_known() || a.is_unknown()) return b;
  return a;
}

Result<Dim> InferContext::Broadcast(const Dim& a, const Dim& b) const {
  if (a == b || (b.is_known() && b.value() == 1)) return a;
  if (a.is_known() && a.value() == 1) return b;
  if (a.is_known() && b.is_known()) {
    return Fail("dimensions {} and {} do not broadcast", a.value(), b.value());
  }
  if (a.is_known()) return a;
  return b.is_known() ? b : Dim();
}

Result<OptionalDims> InferContext::Broadcast(const OptionalDims& a, const OptionalDims& b) const {
  if (!a || !b) return OptionalDims();
  const Dims& longer = a->size() >= b->size() ? *a : *b;
  const Dims& shorter = a->size() >= b->size() ? *b : *a;
  Dims result = longer;
  const size_t offset = longer.size() - shorter.size();
  for (size_t i = 0; i < shorter.size(); ++i) {
    auto dim = Broadcast(longer[offset + i], shorter[i]);
    if (!dim) return MakeError(std::move(dim).error());
    result[offset + i] = std::move(*dim);
  }
  return OptionalDims(std::move(result));
}

ValueType Join(const ValueType& a, const ValueType& b) {
  ValueType result;
  if (a.other && b.other && *a.other == *b.other) result.other = a.other;
  if (a.other || b.other) return result;
  if (a.element == b.element) result.element = a.element;
  if (!a.dims || !b.dims || a.dims->size() != b.dims->size()) return result;
  result.dims = a.dims;
  for (size_t i = 0; i < a.dims->size(); ++i) {
    if ((*a.dims)[i] != (*b.dims)[i]) (*result.dims)[i] = Dim();
  }
  return result;
}

SymInt Product(const Dims& dims, size_t begin, size_t end) {
  SymInt product = 1;
  for (size_t i = begin; i < end; ++i) {
    if (dims[i].is_known() && dims[i].value() == 0) return 0;
    product = product * dims[i];
  }
  return product;
}

}  // namespace mmdeploy::graph
