#include <algorithm>
#include <cmath>
#include <limits>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Limits once:
//
//   a = Relu(x)                          y = Clip(x, {0}, {6})
//   y = Clip(a, {0}, {6})
//
// Operator set 11 and newer, where the limits are inputs.

namespace mmdeploy::graph {

namespace {

struct Limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// nullopt if a limit is computed, or the node (of an older operator set) has them elsewhere.
std::optional<Limits> LimitsOf(const Node& node) {
  Limits limits;
  if (node.op() == "Relu") limits.low = 0;
  if (node.op() != "Clip") return limits;
  if (node.graph()->model()->opset() < 11) return std::nullopt;
  for (size_t i = 1; i <= 2; ++i) {
    if (!node.input(i)) continue;
    const std::optional<double> number = ConstantNumber(node.input(i));
    if (!number || std::isnan(*number)) return std::nullopt;
    (i == 1 ? limits.low : limits.high) = *number;
  }
  return limits;
}

Value* LimitConstant(Graph* graph, ElementType type, double limit, std::string_view like) {
  if (std::isinf(limit)) return nullptr;
  TensorPtr data = MakeFloats(type, {}, {limit});
  return data ? graph->AddConstant(std::move(data), std::string(like)) : nullptr;
}

// Whether a value can lie between them, which need not be finite. Limits in the wrong order, and
// infinities on the wrong side (which LimitConstant would take for none), mean something else.
bool IsRange(const Limits& limits) {
  return limits.low <= limits.high && limits.low != std::numeric_limits<double>::infinity() &&
         limits.high != -std::numeric_limits<double>::infinity();
}

bool Merge(const Match& match) {
  const auto first = LimitsOf(*match.node("a"));
  const auto second = LimitsOf(*match.root());
  if (!first || !second || !IsRange(*first) || !IsRange(*second)) return false;
  const ElementType type = match["x"]->type.element;
  if (!IsFloat(match["x"]) || type == ElementType::kBfloat16) return false;
  // Clipping to [low, high] after [first.low, first.high]; empty intersections stay two steps.
  const Limits both{std::max(first->low, second->low), std::min(first->high, second->high)};
  if (!IsRange(both)) return false;
  Graph* graph = match.graph();
  Value* y = match["y"];
  Value* merged = nullptr;
  if (both.low == 0 && std::isinf(both.high)) {
    merged = graph->AddOp("Relu", {match["x"]}, match.root(), y->name());
  } else {
    Value* low = LimitConstant(graph, type, both.low, "min");
    Value* high = LimitConstant(graph, type, both.high, "max");
    std::vector<Value*> inputs = {match["x"], low};
    if (high) inputs.push_back(high);
    merged = graph->AddOp("Clip", inputs, match.root(), y->name());
  }
  merged->type = y->type;
  Replace(match, merged);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {{"a = Relu|Clip(x, ...)  y = Relu|Clip(a, ...)", Merge}});
}

}  // namespace

Pass merge_clips_pass() { return {"merge_clips", "limit once: Clip and Relu in a row", Run}; }

}  // namespace mmdeploy::graph
