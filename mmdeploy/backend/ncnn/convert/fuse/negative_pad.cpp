#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/passes/facts.h"

// Pads below 0 take elements away, which a Slice does:
//
//   y = Pad(x, {0,-1,2,0})               s = Slice(x, {1}, {highest}, {1})
//                                        y = Pad(s, {0,0,2,0})

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

struct Cut {
  std::vector<int64_t> axes, starts, ends;
};

// Only constant numbers around: what the other modes repeat may be what is taken away.
std::optional<std::vector<int64_t>> PadsOf(const Node& node) {
  auto pads = graph::IntsOf(node, "pads", 1);
  if (!pads) pads = graph::IntsOf(node, "paddings", 1);
  const auto rank = graph::Rank(node.input(0));
  if (!pads || !rank || pads->size() != 2 * *rank || node.input(3)) return {};
  const bool negative = std::any_of(pads->begin(), pads->end(), [](int64_t p) { return p < 0; });
  const bool positive = std::any_of(pads->begin(), pads->end(), [](int64_t p) { return p > 0; });
  if (!negative || (positive && node.String("mode", "constant") != "constant")) return {};
  return pads;
}

std::optional<Cut> CutOf(const Value& x, const std::vector<int64_t>& pads) {
  Cut cut;
  const size_t rank = pads.size() / 2;
  for (size_t axis = 0; axis < rank; ++axis) {
    const int64_t begin = std::max<int64_t>(-pads[axis], 0);
    const int64_t end = std::max<int64_t>(-pads[rank + axis], 0);
    if (begin == 0 && end == 0) continue;
    const auto size = graph::KnownDim(&x, axis);
    if (!size || begin + end >= *size) return {};
    cut.axes.push_back(static_cast<int64_t>(axis));
    cut.starts.push_back(begin);
    cut.ends.push_back(*size - end);
  }
  return cut;
}

bool Fuse(Node* node) {
  Value* x = node->input(0);
  auto pads = x ? PadsOf(*node) : std::nullopt;
  const auto cut = pads ? CutOf(*x, *pads) : std::nullopt;
  if (!cut) return false;
  graph::Graph* graph = node->graph();
  Value* sliced = graph->AddOp(
      "Slice",
      {x, AddInts(graph, cut->starts), AddInts(graph, cut->ends), AddInts(graph, cut->axes)}, node,
      x->name());
  sliced->type = x->type;
  for (size_t i = 0; i < cut->axes.size(); ++i) {
    (*sliced->type.dims)[static_cast<size_t>(cut->axes[i])] = cut->ends[i] - cut->starts[i];
  }
  for (int64_t& pad : *pads) pad = std::max<int64_t>(pad, 0);
  if (std::all_of(pads->begin(), pads->end(), [](int64_t p) { return p == 0; })) {
    graph::ReplaceNode(node, sliced);
    return true;
  }
  node->SetInput(0, sliced);
  if (node->input(1)) {
    node->SetInput(1, AddInts(graph, *pads));
  } else {
    node->Set(node->Find("pads") ? "pads" : "paddings", *pads);
  }
  return true;
}

}  // namespace

Result<int64_t> fuse_negative_pad(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) count += node->Is("Pad") && Fuse(node);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
