#include <cmath>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// A number of the element type of the node's input.
Value* AddNumber(double number, Node* node) {
  graph::TensorPtr data = graph::MakeFloats(node->input(0)->type.element, {}, {number});
  return data ? node->graph()->AddConstant(std::move(data), node->output()->name()) : nullptr;
}

bool HasOpenSizes(const Value* x) {
  for (size_t axis = 1; axis < graph::Rank(x).value_or(2); ++axis) {
    if (!graph::KnownDim(x, axis)) return true;
  }
  return false;
}

// The mean of squares over `size` channels, as pooling of an image whose first axis they are.
Value* AddMeanOfSquares(int64_t size, Node* node) {
  Value* squares = Add("Mul", {node->input(0), node->input(0)}, node);
  Value* mean = Add("AveragePool", {AddAxes("Unsqueeze", squares, {1}, node)}, node);
  Node* pool = mean->producer();
  pool->Set("kernel_shape", std::vector<int64_t>{size, 1, 1});
  pool->Set("pads", std::vector<int64_t>{(size - 1) / 2, 0, 0, size / 2, 0, 0});
  pool->Set("count_include_pad", int64_t{1});
  return AddAxes("Squeeze", mean, {1}, node);
}

// x / (bias + alpha mean)^beta
Result<bool> Spell(float bias, Node* node) {
  const auto rank = graph::Rank(node->input(0));
  Value* number = rank == 4U ? AddNumber(bias, node) : nullptr;
  MMDEPLOY_ENSURE(number, Code::kNotSupported,
                  "sizes are open, which is calculated for floats of rank 4; fix them");
  Value* mean = AddMeanOfSquares(node->Int("size", 1), node);
  Value* scaled = Add("Mul", {mean, AddNumber(node->Float("alpha", 0.0001F), node)}, node);
  Value* power =
      Add("Pow", {Add("Add", {scaled, number}, node), AddNumber(node->Float("beta", 0.75F), node)},
          node);
  ReplaceNode(node, Add("Div", {node->input(0), power}, node));
  return true;
}

}  // namespace

// OpenVINO multiplies by a bias wrongly, but has it right where it is 1:
//
//   x / (bias + alpha s)^beta  =  bias^-beta  x / (1 + alpha/bias s)^beta
//
// Where sizes are open it finds no code for some of them.
Result<bool> RepairLrn(Node* node) {
  const float bias = node->Float("bias", 1);
  MMDEPLOY_ENSURE(bias > 0 && std::isfinite(bias), Code::kNotSupported,
                  "bias is {}, OpenVINO calculates with what is above 0", bias);
  if (HasOpenSizes(node->input(0))) return Spell(bias, node);
  if (bias == 1) return false;
  const float beta = node->Float("beta", 0.75F);
  Value* scale = AddNumber(std::pow(double{bias}, -double{beta}), node);
  MMDEPLOY_ENSURE(scale, Code::kNotSupported, "bias is {}, in an element type without number",
                  bias);
  Value* norm = Add("LRN", {node->input(0)}, node);
  norm->producer()->Set("size", node->Int("size", 1));
  norm->producer()->Set("alpha", node->Float("alpha", 0.0001F) / bias);
  norm->producer()->Set("beta", beta);
  ReplaceNode(node, Add("Mul", {norm, scale}, node));
  return true;
}

}  // namespace mmdeploy::openvino
