#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// One node for the product with a constant matrix and the constant row that is added to it, over
// the rows of two dimensions: ncnn's layers know no more.
//
//   m = MatMul(x, w)                     r = Reshape(x, {1,-1,k})
//   y = Add(m, b)                        l = ncnn::Linear(r, transposed w, b)
//                                        y = Reshape(l, _)

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

using FloatList = std::vector<float>;

std::optional<FloatList> FloatsOf(const Value* value) {
  if (!value || !value->constant() || value->constant()->num_elements() == 0) return {};
  auto floats = Floats(value);
  return floats ? std::optional(std::move(*floats)) : std::nullopt;
}

struct Linear {
  Value* x = nullptr;
  Value* y = nullptr;
  int64_t inputs = 0, outputs = 0;
  FloatList weight, bias;  // [outputs,inputs]; no bias: none
};

std::optional<Linear> FromMatrix(Node* node, bool transposed) {
  Linear linear;
  linear.x = node->input(0);
  linear.y = node->output();
  const Value* matrix = node->input(1);
  if (!linear.x || linear.x->constant() || !matrix || graph::Rank(matrix) != 2) return {};
  auto floats = FloatsOf(matrix);
  if (!floats) return {};
  linear.weight = std::move(*floats);
  const std::vector<int64_t>& dims = matrix->constant()->dims();
  linear.inputs = dims[transposed ? 1 : 0];
  linear.outputs = dims[transposed ? 0 : 1];
  if (!transposed) {
    linear.weight = Transposed(linear.weight, linear.inputs, linear.outputs);
  }
  return linear;
}

// A constant of one number, or one for each output, that adds no dimensions to `y`.
std::optional<FloatList> RowOf(const Value* value, const Value* y, int64_t outputs) {
  if (!value || !value->constant() || !y->type.dims) return {};
  const std::vector<int64_t>& dims = value->constant()->dims();
  if (dims.size() > y->type.dims->size()) return {};
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    if (dims[i] != 1) return {};
  }
  auto row = FloatsOf(value);
  if (row && row->size() == 1) row->assign(static_cast<size_t>(outputs), row->front());
  return row && static_cast<int64_t>(row->size()) == outputs ? row : std::nullopt;
}

std::optional<Linear> FromMatMul(Node* node) {
  auto linear = FromMatrix(node, false);
  if (!linear) return {};
  Node* add = OnlyUser(linear->y);
  if (!add || !add->Is("Add")) return linear;
  const Value* other = add->input(add->input(0) == linear->y ? 1 : 0);
  if (auto row = RowOf(other, linear->y, linear->outputs)) {
    linear->bias = std::move(*row);
    linear->y = add->output();
  }
  return linear;
}

std::optional<Linear> FromGemm(Node* node) {
  if (node->Int("transA", 0) != 0) return {};
  auto linear = FromMatrix(node, node->Int("transB", 0) != 0);
  if (!linear) return {};
  for (float& number : linear->weight) number *= node->Float("alpha", 1);
  if (!node->input(2)) return linear;
  auto row = RowOf(node->input(2), linear->y, linear->outputs);
  if (!row) return {};
  for (float& number : *row) number *= node->Float("beta", 1);
  linear->bias = std::move(*row);
  return linear;
}

// What the product's rows are in, and the result; nothing where ncnn could not reshape to them.
std::optional<Dims> RowDims(const Linear& linear) {
  const Dims& dims = *linear.x->type.dims;
  if (dims.size() < 2 || !dims[0].is_known() || dims.back() != graph::Dim(linear.inputs)) return {};
  if (BlobRank(*linear.x) <= 2) return dims;
  const Dims& y = *linear.y->type.dims;
  const auto open = std::count_if(y.begin(), y.end(), [](const auto& d) { return !d.is_known(); });
  if (open > 1) return {};
  const auto rows = graph::NumElements(Dims(dims.begin(), dims.end() - 1));
  return Dims{1, rows ? graph::Dim(*rows) : graph::Dim(), linear.inputs};
}

bool Fuse(Node* node) {
  std::optional<Linear> linear = node->Is("MatMul") ? FromMatMul(node)
                                 : node->Is("Gemm") ? FromGemm(node)
                                                    : std::nullopt;
  if (!linear || !linear->x->type.dims || !linear->y->type.dims) return false;
  const auto dims = RowDims(*linear);
  if (!dims) return false;
  graph::Graph* graph = node->graph();
  Value* x = linear->x;
  if (*dims != *x->type.dims) x = AddReshape(x, *dims, node, x->name());
  std::vector<Value*> inputs = {
      x, AddFloats(graph, {linear->outputs, linear->inputs}, linear->weight)};
  if (!linear->bias.empty()) inputs.push_back(AddFloats(graph, {linear->outputs}, linear->bias));
  Dims made = *dims;
  made.back() = linear->outputs;
  Value* y = AddNcnn("Linear", inputs, made, node, linear->y->name());
  y->producer()->set_name(linear->y->producer()->name());
  if (x != linear->x) y = AddReshape(y, *linear->y->type.dims, node, linear->y->name());
  y->SwapName(linear->y);
  Node* last = linear->y->producer();
  graph::ReplaceNode(last, y);
  if (last != node) graph->Erase(node);
  return true;
}

}  // namespace

Result<int64_t> fuse_linear(graph::Model* model) {
  std::vector<Node*> products;
  for (Node* node : model->graph()->Nodes()) {
    if (node->Is("MatMul") || node->Is("Gemm")) products.push_back(node);
  }
  int64_t count = 0;
  for (Node* node : products) count += Fuse(node);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
