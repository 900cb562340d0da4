#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// Integers of other widths than 32 bits. OpenVINO stops at the ends of 8 bits, where ONNX starts
// again at the other end, and calculates what is not 8 bits wide in 32.

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

Result<void> RefuseWidth(const Node& node) {
  const ElementType type = node.input(0) ? node.input(0)->type.element : ElementType::kUndefined;
  const bool other = type == ElementType::kInt16 || type == ElementType::kUint16 ||
                     type == ElementType::kUint32 || type == ElementType::kUint64;
  MMDEPLOY_ENSURE(!other, Code::kNotSupported,
                  "{} is calculated in 32 bits, which does not stay within the type; cast to int32 "
                  "before",
                  Name(type));
  return {};
}

}  // namespace

// Add, Sub, Mul.
Result<bool> RepairArithmetic(Node* node) {
  MMDEPLOY_TRYV(RefuseWidth(*node));
  const ElementType type = node->input(0)->type.element;
  if (type != ElementType::kInt8 && type != ElementType::kUint8) return false;
  Value* a = AddCast(node->input(0), ElementType::kInt32, node);
  Value* b = AddCast(node->input(1), ElementType::kInt32, node);
  ReplaceNode(node, AddCast(Add(node->op(), {a, b}, node), type, node));
  return true;
}

// BitwiseNot, BitShift, CumSum, Neg.
Result<bool> RepairWidth(Node* node) {
  MMDEPLOY_TRYV(RefuseWidth(*node));
  return false;
}

}  // namespace mmdeploy::openvino
