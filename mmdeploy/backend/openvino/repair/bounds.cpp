#include "mmdeploy/backend/openvino/repair/bounds.h"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();
constexpr double kOpenSize = 1 << 22;
constexpr double kMostElements = std::numeric_limits<int32_t>::max();  // of a tensor
constexpr double kInt32 = 2147483648.0;
constexpr int kDepth = 12;  // of what is looked through

double BoundOfType(ElementType type) {
  switch (type) {
    case ElementType::kBool:
      return 1;
    case ElementType::kInt8:
    case ElementType::kUint8:
      return 255;
    case ElementType::kInt16:
    case ElementType::kUint16:
      return 65535;
    default:
      return kUnknown;
  }
}

bool IsFloat(ElementType type) {
  return type == ElementType::kFloat16 || type == ElementType::kFloat32 ||
         type == ElementType::kFloat64 || type == ElementType::kBfloat16;
}

double BoundOfConstant(const Value& value) {
  const auto numbers = value.constant()->Integers();
  if (!numbers) return kUnknown;
  double bound = 0;
  for (const int64_t number : *numbers) bound = std::max(bound, std::abs(double(number)));
  return bound;
}

// The sizes of a value: the largest, their product.
double LargestSize(const Value* value) {
  if (!value->type.dims) return kOpenSize;
  double largest = 1;
  for (const auto& dim : *value->type.dims) {
    largest = std::max(largest, dim.is_known() ? double(dim.value()) : kOpenSize);
  }
  return largest;
}

double NumElements(const Value* value) {
  if (!value->type.dims) return kUnknown;
  double count = 1;
  for (const auto& dim : *value->type.dims)
    count *= dim.is_known() ? double(dim.value()) : kOpenSize;
  return count;
}

bool IsOneOf(const Node& node, std::initializer_list<std::string_view> ops) {
  return std::any_of(ops.begin(), ops.end(), [&](std::string_view op) { return node.Is(op); });
}

double Bound(const Value* value, int depth);

// Whether a value is made of sizes and constants only, so that products of it count elements.
bool IsSize(const Value* value, int depth) {
  if (!value || value->constant()) return true;
  const Node* node = value->producer();
  if (!node || depth == 0) return false;
  if (IsOneOf(*node, {"Shape", "Size", "NonZero", "ArgMax", "ArgMin"})) return true;
  if (node->Is("TopK")) return value->index() == 1;
  if (!IsOneOf(*node, {"Identity", "Gather", "Slice", "Squeeze", "Unsqueeze", "Reshape", "Concat",
                       "Expand", "Cast", "Add", "Sub", "Mul", "Div"})) {
    return false;
  }
  for (size_t i = 0; i < node->num_inputs(); ++i) {
    if (!IsSize(node->input(i), depth - 1)) return false;
  }
  return true;
}

// The largest of inputs from `first` on.
double LargestOf(const Node& node, size_t first, int depth) {
  double bound = 0;
  for (size_t i = first; i < node.num_inputs(); ++i) {
    bound = std::max(bound, Bound(node.input(i), depth));
  }
  return bound;
}

double BoundOfNode(const Node& node, size_t output, int depth) {
  const auto of = [&](size_t i) { return Bound(node.input(i), depth); };
  if (IsOneOf(node, {"Shape", "NonZero", "ArgMax", "ArgMin"})) return LargestSize(node.input(0));
  if (node.Is("Size")) return NumElements(node.input(0));
  if (node.Is("TopK") && output == 1) return LargestSize(node.input(0));
  if (IsOneOf(node, {"Identity", "Gather", "GatherND", "GatherElements", "Slice", "Squeeze",
                     "Unsqueeze", "Reshape", "Flatten", "Transpose", "Expand", "Tile", "Split",
                     "Abs", "Neg", "ReduceMax", "ReduceMin", "Cast", "Div"})) {
    return of(0);
  }
  if (IsOneOf(node, {"Concat", "Max", "Min"})) return LargestOf(node, 0, depth);
  if (node.Is("Where")) return LargestOf(node, 1, depth);
  if (IsOneOf(node, {"Add", "Sub"})) return of(0) + of(1);
  if (node.Is("Mul")) {
    const bool counts = IsSize(node.input(0), depth) && IsSize(node.input(1), depth);
    return std::min(of(0) * of(1), counts ? kMostElements : kUnknown);
  }
  if (node.Is("Mod")) return std::min(of(0), of(1));
  return kUnknown;
}

double Bound(const Value* value, int depth) {
  if (!value) return 0;
  if (IsFloat(value->type.element)) return kUnknown;
  const double by_type = BoundOfType(value->type.element);
  if (by_type < kUnknown) return by_type;
  if (value->constant()) return BoundOfConstant(*value);
  const double most = value->type.element == ElementType::kInt32 ? kInt32 : kUnknown;
  if (!value->producer() || depth == 0) return most;
  return std::min(most, BoundOfNode(*value->producer(), value->index(), depth - 1));
}

}  // namespace

double BoundOf(const Value* value) { return Bound(value, kDepth); }

double BoundOfSum(const Value* value) { return BoundOf(value) * NumElements(value); }

double BoundOfProduct(const Value* value) {
  const double bound = BoundOf(value);
  return bound <= 1 ? bound : std::pow(bound, NumElements(value));
}

}  // namespace mmdeploy::openvino
