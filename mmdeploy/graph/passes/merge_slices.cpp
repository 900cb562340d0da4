#include <algorithm>
#include <map>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Slices once:
//
//   a = Slice(x, {1}, {5}, {2})          y = Slice(x, {1,0}, {5,3}, {2,3})
//   y = Slice(a, {0}, {3}, {3})
//
// Along other axes, or along the same one forwards by single steps. Operator set 10 and newer,
// where bounds are inputs; stays: bounds that are computed, and a first Slice with other users.

namespace mmdeploy::graph {

namespace {

constexpr int64_t kToEnd = INT32_MAX;  // and beyond

struct Range {
  int64_t start, end, step;
};

using Ranges = std::map<int64_t, Range>;  // by axis

std::optional<Ranges> RangesOf(const Node& node) {
  const auto starts = ConstantInts(node.input(1)), ends = ConstantInts(node.input(2));
  const auto axes = ConstantInts(node.input(3)), steps = ConstantInts(node.input(4));
  if (!starts || !ends || (node.input(3) && !axes) || (node.input(4) && !steps)) {
    return std::nullopt;
  }
  const std::optional<size_t> rank = Rank(node.input(0));
  Ranges ranges;
  for (size_t i = 0; i < starts->size(); ++i) {
    int64_t axis = static_cast<int64_t>(i);
    if (axes && i >= axes->size()) return std::nullopt;
    if (axes) axis = (*axes)[i];
    if (axis < 0 && !rank) return std::nullopt;
    if (axis < 0) axis += static_cast<int64_t>(*rank);
    if (i >= ends->size() || (steps && i >= steps->size())) return std::nullopt;
    ranges[axis] = {(*starts)[i], (*ends)[i], steps ? (*steps)[i] : 1};
  }
  return ranges.size() == starts->size() ? std::optional(ranges) : std::nullopt;
}

// The sum of what is not negative. Beyond the largest number lies nothing either.
int64_t Add(int64_t a, int64_t b) { return a > INT64_MAX - b ? INT64_MAX : a + b; }

// Both along one axis; nullopt where the sizes would have to be known.
std::optional<Range> Combine(const Range& first, const Range& second) {
  if (first.step != 1 || second.step != 1 || first.start < 0 || second.start < 0) {
    return std::nullopt;
  }
  Range both{Add(first.start, second.start), first.end, 1};
  if (second.end >= kToEnd) return both;
  if (second.end < 0) {
    if (first.end < kToEnd) return std::nullopt;
    both.end = second.end;
    return both;
  }
  if (first.end < 0) return std::nullopt;
  both.end = std::min(first.end, Add(first.start, second.end));
  return both;
}

bool Merge(const Match& match) {
  auto ranges = RangesOf(*match.node("a"));
  const auto second = RangesOf(*match.root());
  if (!ranges || !second) return false;
  for (const auto& [axis, range] : *second) {
    const auto [place, is_new] = ranges->emplace(axis, range);
    if (is_new) continue;
    const auto both = Combine(place->second, range);
    if (!both) return false;
    place->second = *both;
  }
  std::vector<int64_t> starts, ends, axes, steps;
  for (const auto& [axis, range] : *ranges) {
    starts.push_back(range.start);
    ends.push_back(range.end);
    axes.push_back(axis);
    steps.push_back(range.step);
  }
  Graph* graph = match.graph();
  Value* y = match["y"];
  const auto add = [&](const std::vector<int64_t>& values) {
    return graph->AddConstant(TensorData::Vector(values), y->name());
  };
  std::vector<Value*> inputs = {match["x"], add(starts), add(ends), add(axes)};
  if (steps != std::vector<int64_t>(steps.size(), 1)) inputs.push_back(add(steps));
  Value* merged = graph->AddOp("Slice", inputs, match.root(), y->name());
  merged->type = y->type;
  Replace(match, merged);
  return true;
}

Result<int64_t> Run(Model* model) {
  if (model->opset() < 10) return 0;
  return Rewrite(model, {{"a = Slice(x, ...)  y = Slice(a, ...)", Merge}});
}

}  // namespace

Pass merge_slices_pass() { return {"merge_slices", "slice once", Run}; }

}  // namespace mmdeploy::graph
