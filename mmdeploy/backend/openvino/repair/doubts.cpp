#include "mmdeploy/backend/openvino/repair/doubts.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mmdeploy/backend/openvino/repair/bounds.h"
#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

bool IsWide(const Value* value) {
  const ElementType type = value ? value->type.element : ElementType::kUndefined;
  return type == ElementType::kInt32 || type == ElementType::kInt64;
}

constexpr const char* kInFloat =
    "integers from 16777216 on are rounded to float32, and here they may be as large";

std::string DoubtReduction(const Node& node) {
  const Value* x = node.input(0);
  if (!IsWide(x)) return "";
  const bool picks = node.Is("ReduceMax") || node.Is("ReduceMin");
  const double bound = picks                   ? BoundOf(x)
                       : node.Is("ReduceProd") ? BoundOfProduct(x)
                                               : BoundOfSum(x);
  return bound < kExactBelow ? "" : kInFloat;
}

std::string DoubtWideConstant(const Node& node) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (!IsWide(node.input(i))) continue;
    const auto numbers = graph::ConstantInts(node.input(i));
    if (!numbers) continue;
    const auto wide = std::find_if(numbers->begin(), numbers->end(), [](int64_t number) {
      return number > kMost || number < -kMost - 1;
    });
    if (wide != numbers->end()) {
      return fmt::format("64-bit integers are calculated in 32 bits, input {} holds {}", i, *wide);
    }
  }
  return "";
}

// Sums and products of 64-bit integers whose limits show that 32 bits are too few. Where the limits
// are not known, as those of inputs, nothing can be said.
std::string DoubtWide(const Node& node) {
  const std::string text = DoubtWideConstant(node);
  if (!text.empty() || node.output()->type.element != ElementType::kInt64) return text;
  constexpr double kMost = std::numeric_limits<int32_t>::max();
  const double bound = node.Is("CumSum") ? BoundOfSum(node.input(0)) : BoundOf(node.output());
  if (bound <= kMost || std::isinf(bound)) return "";
  return fmt::format(
      "64-bit integers are calculated in 32 bits, and here they may be as large as {:.0f}", bound);
}

std::string DoubtDouble(const Node& node) {
  const auto is_double = [](const Value* value) {
    return value && value->type.element == ElementType::kFloat64;
  };
  bool found = false;
  for (size_t i = 0; i < node.num_inputs(); ++i) found |= is_double(node.input(i));
  for (size_t i = 0; i < node.num_outputs(); ++i) found |= is_double(node.output(i));
  return found ? "float64 is calculated in float32" : "";
}

std::string DoubtDivision(const Node& node) {
  if (!IsWide(node.input(0))) return "";
  return BoundOf(node.input(0)) < kExactBelow ? DoubtWideConstant(node) : kInFloat;
}

// What is outside of two small limits stays outside.
std::string DoubtClip(const Node& node) {
  const Value *x = node.input(0), *least = node.input(1), *most = node.input(2);
  const bool small = least && most && BoundOf(least) < kExactBelow && BoundOf(most) < kExactBelow;
  return !IsWide(x) || small || BoundOf(x) < kExactBelow ? "" : kInFloat;
}

std::string DoubtProduct(const Node& node) { return IsWide(node.input(0)) ? kInFloat : ""; }

std::string DoubtRounding(const Node&) {
  return "what lies halfway between two steps may be rounded to the other one";
}

// The largest alone is the first of its equals.
std::string DoubtTies(const Node& node, const std::set<std::string>& ordered) {
  if (!node.output(1)->has_uses() || graph::IsFilledWith(node.input(1), 1)) return "";
  if (ordered.count(node.output(1)->name()) > 0) return "";
  return "of equal values, others than the first may be chosen";
}

struct Doubt {
  std::string_view op;
  // What may be wrong, or "".
  std::string (*find)(const Node& node);
};

constexpr Doubt kDoubts[] = {
    {"Add", DoubtWide},
    {"Clip", DoubtClip},
    {"CumSum", DoubtWide},
    {"Div", DoubtDivision},
    {"DynamicQuantizeLinear", DoubtRounding},
    {"Gemm", DoubtProduct},
    {"MatMul", DoubtProduct},
    {"Mod", DoubtDivision},
    {"Mul", DoubtWide},
    {"Pow", DoubtProduct},
    {"QuantizeLinear", DoubtRounding},
    {"ReduceL1", DoubtReduction},
    {"ReduceMax", DoubtReduction},
    {"ReduceMean", DoubtReduction},
    {"ReduceMin", DoubtReduction},
    {"ReduceProd", DoubtReduction},
    {"ReduceSum", DoubtReduction},
    {"ReduceSumSquare", DoubtReduction},
    {"Sub", DoubtWide},
};

}  // namespace

std::vector<std::string> FindDoubts(graph::Graph* graph, const std::set<std::string>& ordered) {
  std::vector<std::string> lines;
  graph::ForEachNode(graph, [&](const Node* node) {
    std::string text = node->Is("TopK") && node->num_outputs() > 1 ? DoubtTies(*node, ordered) : "";
    for (const Doubt& doubt : kDoubts) {
      if (node->Is(doubt.op)) text = doubt.find(*node);
    }
    if (text.empty()) text = DoubtDouble(*node);
    if (!text.empty()) lines.push_back(fmt::format("{}: {}", Describe(*node), text));
  });
  return lines;
}

}  // namespace mmdeploy::openvino
