#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"
#include "mmdeploy/graph/fold.h"

// OpenVINO 2026.4 keeps constants of whole numbers that are made floats for a product, and reads
// memory that it has given back where they are no single matrix on the right and several calls run
// at the same time. Here they become floats before.

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::TensorPtr;
using graph::Value;

namespace {

constexpr int kDepth = 8;  // from the product to the constant

bool IsFloat(ElementType type) {
  return type == ElementType::kFloat32 || type == ElementType::kFloat16 ||
         type == ElementType::kBfloat16 || type == ElementType::kFloat64;
}

// Whether it is made of constants alone, some of whole numbers.
bool IsDecompressed(const Value* value, int depth = kDepth) {
  const Node* node = value ? value->producer() : nullptr;
  if (!node || depth == 0) return false;
  const Value* x = node->input(0);
  const bool casts = node->Is("Cast") || node->Is("DequantizeLinear");
  if (casts && x && x->constant()) return !IsFloat(x->constant()->type());
  return IsDecompressed(x, depth - 1);
}

// A matrix, with ones in front.
bool IsOneMatrix(const Value* value) {
  const auto rank = graph::Rank(value);
  if (!rank) return false;
  for (size_t axis = 0; axis + 2 < *rank; ++axis) {
    if (graph::KnownDim(value, axis) != 1) return false;
  }
  return true;
}

// (x - zero) scale, per tensor or along an axis; nullptr for blocks.
TensorPtr Dequantize(const Node& node, const TensorPtr& x, const TensorPtr& scale,
                     const TensorPtr& zero) {
  const auto numbers = x->Numbers(), scales = scale->Numbers();
  const auto zeros = zero ? zero->Numbers() : std::vector<double>{0};
  if (!numbers || !scales || !zeros || node.Int("block_size", 0) != 0) return nullptr;
  const auto& dims = x->dims();
  const auto axis = node.Int("axis", 1) + (node.Int("axis", 1) < 0 ? int64_t(dims.size()) : 0);
  size_t inner = 1;  // elements of one step along the axis
  for (size_t i = axis + 1; i < dims.size(); ++i) inner *= dims[i];
  std::vector<double> y(numbers->size());
  for (size_t i = 0; i < y.size(); ++i) {
    const size_t at = i / inner;
    y[i] = ((*numbers)[i] - (*zeros)[at % zeros->size()]) * (*scales)[at % scales->size()];
  }
  return graph::MakeFloats(scale->type(), dims, y);
}

// The elements of a value that constants make; nullptr where that is not known.
TensorPtr Compute(const Value* value, int depth = kDepth) {
  if (!value) return nullptr;
  if (value->constant()) return value->constant();
  const Node* node = value->producer();
  if (!node || depth == 0) return nullptr;
  std::vector<TensorPtr> inputs;
  for (size_t i = 0; i < node->num_inputs(); ++i) {
    inputs.push_back(Compute(node->input(i), depth - 1));
    if (node->input(i) && !inputs.back()) return nullptr;
  }
  if (node->Is("DequantizeLinear")) {
    return Dequantize(*node, inputs[0], inputs[1], inputs.size() > 2 ? inputs[2] : nullptr);
  }
  const auto outputs = graph::Evaluate(*node, inputs);
  return outputs && value->index() < outputs->size() ? (*outputs)[value->index()] : nullptr;
}

}  // namespace

Result<bool> RepairMatMul(Node* node) {
  bool changed = false;
  for (const size_t i : {0, 1}) {
    Value* value = node->input(i);
    if (!IsDecompressed(value) || (i == 1 && IsOneMatrix(value))) continue;
    TensorPtr floats = Compute(value);
    MMDEPLOY_ENSURE(floats, Code::kNotSupported,
                    "input {} is made of a constant of whole numbers, which is calculated wrongly "
                    "where it is no single matrix on the right; store it as floats",
                    i);
    node->SetInput(i, node->graph()->AddConstant(std::move(floats), node->output()->name()));
    changed = true;
  }
  return changed;
}

// The same where the constant is an operand itself.
Result<bool> RepairQuantizedMatMul(Node* node) {
  const size_t right = node->Is("QLinearMatMul") ? 3 : 1;
  for (const size_t i : {size_t{0}, right}) {
    const Value* value = node->input(i);
    MMDEPLOY_ENSURE(!value->constant() || (i == right && IsOneMatrix(value)), Code::kNotSupported,
                    "input {} is a constant of whole numbers, which is calculated wrongly where it "
                    "is no single matrix on the right; store it as floats",
                    i);
  }
  return false;
}

}  // namespace mmdeploy::openvino
