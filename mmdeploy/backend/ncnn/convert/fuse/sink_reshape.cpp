#include <algorithm>
#include <array>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// Reshapes move down behind what works on each number by itself, meet there and fall together:
//
//   l = ncnn::Linear(x, ..)              l = ncnn::Linear(x, ..)
//   r = Reshape(l, {1,7,7,64})           g = Gelu(l)
//   g = Gelu(r)                          y = ncnn::Linear(g, ..)
//   s = Reshape(g, {1,49,64})
//   y = ncnn::Linear(s, ..)

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

// An exchange of dimensions of 1 only.
bool MovesNothing(const Node& node) {
  const Value* x = node.input(0);
  const std::vector<int64_t> perm = node.Ints("perm");
  if (!node.Is("Transpose") || graph::Rank(x) != perm.size()) return false;
  int64_t last = -1;
  for (int64_t axis : perm) {
    if (axis < 0 || axis >= static_cast<int64_t>(perm.size())) return false;
    if (graph::KnownDim(x, static_cast<size_t>(axis)) == 1) continue;
    if (axis < last) return false;
    last = axis;
  }
  return true;
}

bool IsReshape(const Node& node) {
  return node.Is("Reshape") || node.Is("Flatten") || node.Is("Squeeze") || node.Is("Unsqueeze") ||
         MovesNothing(node);
}

size_t NumOpen(const Dims& dims) {
  return static_cast<size_t>(
      std::count_if(dims.begin(), dims.end(), [](const auto& dim) { return !dim.is_known(); }));
}

bool IsUnary(const Node& node) {
  static constexpr std::array<std::string_view, 26> kOps = {
      "Abs", "Acos",     "Asin",  "Atan",       "Ceil",        "Cos",       "Elu",
      "Erf", "Exp",      "Floor", "Gelu",       "HardSigmoid", "HardSwish", "LeakyRelu",
      "Log", "Mish",     "Neg",   "Reciprocal", "Relu",        "Selu",      "Sigmoid",
      "Sin", "Softplus", "Sqrt",  "Swish",      "Tanh"};
  const bool known = node.domain().empty() || node.domain() == "ncnn";
  if (known && node.Is("Clip")) return true;
  return known && node.num_inputs() == 1 &&
         std::find(kOps.begin(), kOps.end(), node.op()) != kOps.end();
}

// With a constant number, which adds no dimensions.
bool IsScalar(const Node& node, const Value* x) {
  if (!node.Is("Add") && !node.Is("Sub") && !node.Is("Mul") && !node.Is("Div")) return false;
  const Value* other = node.input(node.input(0) == x ? 1 : 0);
  return other && other->constant() && graph::ConstantNumber(other) &&
         other->constant()->rank() <= x->producer()->input(0)->type.dims->size();
}

// Whether the node can do its work before the Reshape that makes its input `x`.
bool MaySink(const Node& reshape, const Node& node, const Value* x) {
  const Value* from = reshape.input(0);
  if (!from || from->constant() || !from->type.dims || !x->type.dims) return false;
  if (NumOpen(*x->type.dims) > 1 || !node.output()->type.dims) return false;
  return IsUnary(node) ? node.input(0) == x : IsScalar(node, x);
}

// y = f(Reshape(x)) becomes y = Reshape(f(x)).
bool Sink(Node* reshape) {
  Value* x = reshape->output();
  Node* node = OnlyUser(x);
  if (!node || !MaySink(*reshape, *node, x)) return false;
  Value* y = node->output();
  const Dims dims = *y->type.dims;
  node->SetInput(node->input(0) == x ? 0 : 1, reshape->input(0));
  y->type.dims = reshape->input(0)->type.dims;
  ReshapeBehind(y, dims);
  reshape->graph()->Erase(reshape);
  return true;
}

// A reshaped value that is reshaped again.
bool Merge(Node* node) {
  const Value* middle = node->input(0);
  Node* first = middle ? middle->producer() : nullptr;
  if (!first || !IsReshape(*first) || !first->input(0)->type.dims) return false;
  if (!node->output()->type.dims || NumOpen(*node->output()->type.dims) > 1) return false;
  Value* y = AddReshape(first->input(0), *node->output()->type.dims, node, node->output()->name());
  y->type = node->output()->type;
  graph::ReplaceNode(node, y);
  if (!first->has_uses()) first->graph()->Erase(first);
  return true;
}

// Nothing changes. The dimensions must be the same for sure.
bool Drop(Node* node) {
  Value* x = node->input(0);
  if (!x || x->constant() || !graph::SameDims(x, node->output())) return false;
  if (!graph::CanServeUses(node->output(), x)) return false;
  graph::ReplaceNode(node, x);
  return true;
}

}  // namespace

Result<int64_t> fuse_sink_reshape(graph::Model* model) {
  int64_t count = 0;
  // Each change brings a Reshape further down or takes one away.
  for (bool changed = true; changed;) {
    changed = false;
    for (Node* node : model->graph()->Nodes()) {
      if (!node->input(0) || !IsReshape(*node)) continue;
      if (!Drop(node) && !Merge(node) && !Sink(node)) continue;
      changed = true;
      ++count;
    }
  }
  return count;
}

}  // namespace mmdeploy::ncnn_convert
