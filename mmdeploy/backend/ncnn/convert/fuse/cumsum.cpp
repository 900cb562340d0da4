#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/passes/facts.h"

// Running sums without the element itself, of what is shifted by one element: the sum less the
// element would lose what is small beside it, and all behind an infinity.
//
//   y = CumSum<exclusive=1>(x, axis)     s = Slice(x, {0}, {size - 1}, {axis})
//                                        y = CumSum(Pad(s, {1}, at the beginning), axis)
//
// Reverse ones shift the other way. A single element leaves nothing to shift: that is refused by
// the converter, as sizes that are not known are.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

bool Fuse(Node* node) {
  Value* x = node->input(0);
  const auto number = graph::ConstantInts(node->input(1));
  const auto rank = graph::Rank(x);
  if (!number || number->size() != 1 || !rank) return false;
  const int64_t axis = number->front() + (number->front() < 0 ? static_cast<int64_t>(*rank) : 0);
  if (axis < 0 || axis >= static_cast<int64_t>(*rank)) return false;
  const auto size = graph::KnownDim(x, static_cast<size_t>(axis));
  if (!size || *size < 2) return false;
  const bool reverse = node->Int("reverse", 0) != 0;
  graph::Graph* graph = node->graph();
  Value* kept =
      graph->AddOp("Slice",
                   {x, AddInts(graph, {reverse ? 1 : 0}),
                    AddInts(graph, {reverse ? *size : *size - 1}), AddInts(graph, {axis})},
                   node, x->name());
  kept->type = x->type;
  (*kept->type.dims)[static_cast<size_t>(axis)] = *size - 1;
  std::vector<int64_t> pads(2 * *rank, 0);
  pads[static_cast<size_t>(axis) + (reverse ? *rank : 0)] = 1;
  Value* shifted = graph->AddOp("Pad", {kept, AddInts(graph, pads)}, node, x->name());
  shifted->type = x->type;
  node->SetInput(0, shifted);
  node->Set("exclusive", int64_t{0});
  return true;
}

}  // namespace

Result<int64_t> fuse_cumsum(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) {
    count += node->Is("CumSum") && node->input(0) && node->input(1) &&
             node->Int("exclusive", 0) != 0 && Fuse(node);
  }
  return count;
}

}  // namespace mmdeploy::ncnn_convert
