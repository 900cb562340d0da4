#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/graph/passes/facts.h"

// Every s-th row and column of an image, for all of the s * s beginnings, side by side as channels:
// one layer, behind which a Conv takes the channels in ncnn's order.
//
//   a = Slice(x, {0,0}, .., {2,2})  b = Slice(x, {1,0}, ..)  ..    d = SpaceToDepth<blocksize=2>(x)
//   c = Concat<axis=1>(a, b, ..)                                   y = Conv(d, reordered w)
//   y = Conv(c, w)

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// Where the rows and columns of a part begin.
struct Part {
  Value* x = nullptr;
  int64_t begins[2] = {0, 0};
  bool taken[2] = {false, false};

  bool is_whole() const { return taken[0] && taken[1]; }
};

// Adds what one Slice takes along rows, columns or both.
bool Take(const Node& slice, int64_t stride, Part* part) {
  const Value* x = slice.input(0);
  const auto starts = graph::ConstantInts(slice.input(1)),
             ends = graph::ConstantInts(slice.input(2));
  const auto axes = graph::ConstantInts(slice.input(3)),
             steps = graph::ConstantInts(slice.input(4));
  if (!starts || !ends || !axes || !steps || graph::Rank(x) != 4) return false;
  const size_t count = axes->size();
  if (starts->size() != count || ends->size() != count || steps->size() != count) return false;
  for (size_t i = 0; i < count; ++i) {
    const int64_t axis = (*axes)[i] < 0 ? (*axes)[i] + 4 : (*axes)[i];
    if (axis != 2 && axis != 3) return false;
    const auto size = graph::KnownDim(x, static_cast<size_t>(axis));
    const auto spatial = static_cast<size_t>(axis - 2);
    if (part->taken[spatial] || (*steps)[i] != stride || !size || *size % stride != 0) return false;
    if ((*starts)[i] < 0 || (*starts)[i] >= stride || (*ends)[i] < *size) return false;
    part->taken[spatial] = true;
    part->begins[spatial] = (*starts)[i];
  }
  part->x = slice.input(0);
  return true;
}

std::optional<Part> PartOf(Value* value, int64_t stride) {
  Part part;
  while (value && value->producer() && !part.is_whole()) {
    const Node& node = *value->producer();
    if (!node.Is("Slice") || !Take(node, stride, &part)) return {};
    value = part.x;
  }
  return part.is_whole() ? std::optional(part) : std::nullopt;
}

// For each part, in order, the number that ncnn gives it.
std::optional<std::vector<int64_t>> OrderOf(const Node& concat, int64_t stride, Value** x) {
  std::vector<int64_t> order;
  for (size_t i = 0; i < concat.num_inputs(); ++i) {
    const auto part = PartOf(concat.input(i), stride);
    if (!part || (*x && part->x != *x)) return {};
    *x = part->x;
    order.push_back(part->begins[0] * stride + part->begins[1]);
  }
  std::vector<int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 0; i < sorted.size(); ++i) {
    if (sorted[i] != static_cast<int64_t>(i)) return {};
  }
  return order;
}

// The weights [out,in,..] with the blocks of input channels in another order.
Value* Reordered(const Value& weight, const std::vector<int64_t>& order, graph::Graph* graph) {
  const auto floats = weight.constant() && weight.constant()->rank() == 4
                          ? weight.constant()->Numbers()
                          : std::nullopt;
  if (!floats) return nullptr;
  const std::vector<int64_t>& dims = weight.constant()->dims();
  const auto parts = static_cast<int64_t>(order.size());
  if (dims[1] % parts != 0) return nullptr;
  const int64_t block = dims[1] / parts * dims[2] * dims[3];
  std::vector<float> result(floats->size());
  for (int64_t o = 0; o < dims[0]; ++o) {
    for (int64_t p = 0; p < parts; ++p) {
      std::copy_n(floats->begin() + (o * parts + p) * block, block,
                  result.begin() + (o * parts + order[static_cast<size_t>(p)]) * block);
    }
  }
  return AddFloats(graph, dims, result);
}

bool Fuse(Node* concat) {
  int64_t stride = 2;
  while (stride * stride < static_cast<int64_t>(concat->num_inputs())) ++stride;
  if (stride * stride != static_cast<int64_t>(concat->num_inputs())) return false;
  const int64_t axis = concat->Int("axis", 0);
  Value* x = nullptr;
  const auto order = OrderOf(*concat, stride, &x);
  if (!order || (axis != 1 && axis != -3) || graph::KnownDim(x, 0) != 1) return false;
  if (!concat->output()->type.dims) return false;
  if (!std::is_sorted(order->begin(), order->end())) {
    Node* conv = OnlyUser(concat->output());
    if (!conv || !conv->Is("Conv") || conv->Int("group", 1) != 1 || !conv->input(1)) return false;
    if (conv->input(0) != concat->output()) return false;
    Value* weight = Reordered(*conv->input(1), *order, concat->graph());
    if (!weight) return false;
    conv->SetInput(1, weight);
  }
  Value* y = concat->graph()->AddOp("SpaceToDepth", {x}, concat, concat->output()->name());
  y->producer()->Set("blocksize", stride);
  y->type = concat->output()->type;
  graph::ReplaceNode(concat, y);
  return true;
}

}  // namespace

Result<int64_t> fuse_space_to_depth(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) count += node->Is("Concat") && Fuse(node);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
