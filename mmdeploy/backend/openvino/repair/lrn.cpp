#include <cmath>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

// OpenVINO multiplies by a bias wrongly, but has it right where it is 1:
//
//   x / (bias + alpha s)^beta  =  bias^-beta  x / (1 + alpha/bias s)^beta
Result<bool> RepairLrn(Node* node) {
  const float bias = node->Float("bias", 1);
  if (bias == 1) return false;
  MMDEPLOY_ENSURE(bias > 0 && std::isfinite(bias), Code::kNotSupported,
                  "bias is {}, OpenVINO calculates with what is above 0", bias);
  const float beta = node->Float("beta", 0.75F);
  graph::TensorPtr factor =
      graph::MakeFloats(node->input(0)->type.element, {}, {std::pow(double{bias}, -double{beta})});
  MMDEPLOY_ENSURE(factor, Code::kNotSupported, "bias is {}, in an element type without number",
                  bias);
  Value* like = node->output();
  Value* norm = Add("LRN", {node->input(0)}, node);
  norm->producer()->Set("size", node->Int("size", 1));
  norm->producer()->Set("alpha", node->Float("alpha", 0.0001F) / bias);
  norm->producer()->Set("beta", beta);
  Value* scale = node->graph()->AddConstant(std::move(factor), like->name());
  ReplaceNode(node, Add("Mul", {norm, scale}, node));
  return true;
}

}  // namespace mmdeploy::openvino
