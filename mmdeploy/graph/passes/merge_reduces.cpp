#include <algorithm>
#include <set>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Reductions of one kind, which together go over several axes:
//
//   a = ReduceMax<axes=[3]>(x)           y = ReduceMax<axes=[2,3]>(x)
//   y = ReduceMax<axes=[2]>(a)
//
// Max, Min, Sum, Prod and Mean, with the same keepdims. Stays: axes that are computed or left out,
// and means of integers, each of which is rounded. (Sums and products of integers are the same in
// every order, even where they overflow.)

namespace mmdeploy::graph {

namespace {

std::optional<std::vector<int64_t>> AxesOf(const Node& node, size_t rank) {
  auto axes = IntsOf(node, "axes", 1);
  if (!axes || axes->empty()) return std::nullopt;
  for (int64_t& axis : *axes) {
    if (axis < 0) axis += static_cast<int64_t>(rank);
    if (axis < 0 || axis >= static_cast<int64_t>(rank)) return std::nullopt;
  }
  return axes;
}

// The axes of both, as those of the first input; nullopt if they are not known.
std::optional<std::vector<int64_t>> JoinAxes(const Node& first, const Node& second) {
  const std::optional<size_t> rank = Rank(first.input(0));
  const auto outer = rank ? AxesOf(first, *rank) : std::nullopt;
  if (!outer) return std::nullopt;
  std::set<int64_t> all(outer->begin(), outer->end());
  const bool keeps = first.Int("keepdims", 1) != 0;
  std::vector<int64_t> left;  // the axes that the second sees
  for (int64_t axis = 0; axis < static_cast<int64_t>(*rank); ++axis) {
    if (keeps || !all.count(axis)) left.push_back(axis);
  }
  const auto inner = AxesOf(second, left.size());
  if (!inner) return std::nullopt;
  for (const int64_t axis : *inner) all.insert(left[static_cast<size_t>(axis)]);
  return std::vector<int64_t>(all.begin(), all.end());
}

bool Merge(const Match& match) {
  const Node& first = *match.node("a");
  Node* second = match.root();
  if (first.op() != second->op() || first.Int("keepdims", 1) != second->Int("keepdims", 1)) {
    return false;
  }
  if (second->Is("ReduceMean") && !IsFloat(match["x"])) return false;
  const auto axes = JoinAxes(first, *second);
  if (!axes) return false;
  Graph* graph = match.graph();
  Value* y = match["y"];
  std::vector<Value*> inputs = {match["x"]};
  const bool is_input = second->input(1) != nullptr;
  if (is_input) inputs.push_back(graph->AddConstant(TensorData::Vector(*axes), y->name()));
  Value* merged = graph->AddOp(second->op(), inputs, second, y->name());
  if (!is_input) merged->producer()->Set("axes", *axes);
  if (second->Find("keepdims")) merged->producer()->Set("keepdims", second->Int("keepdims", 1));
  merged->type = y->type;
  Replace(match, merged);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {{"a = ReduceMax|ReduceMin|ReduceSum|ReduceProd|ReduceMean(x, ...)"
                          "y = ReduceMax|ReduceMin|ReduceSum|ReduceProd|ReduceMean(a, ...)",
                          Merge}});
}

}  // namespace

Pass merge_reduces_pass() { return {"merge_reduces", "reduce all axes at once", Run}; }

}  // namespace mmdeploy::graph
