#pragma once

#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::onnxruntime {

// Element types of the inputs that a declaration has; UNDEFINED where any will do.
using InputTypes = std::vector<ONNXTensorElementDataType>;

// All combinations that an operator takes.
std::vector<InputTypes> TypeCombinations(const op::OpDef& op);

// An operator under one of its names and for one combination of types, as ONNX Runtime wants it.
// Lives as long as sessions do.
class CustomOp : public OrtCustomOp {
 public:
  CustomOp(const op::OpDef& op, const op::OpName& name, InputTypes types, const OrtApi& ort);

 private:
  static const CustomOp& Of(const OrtCustomOp* op) { return *static_cast<const CustomOp*>(op); }
  void SetDeclaration();
  void SetKernel();

  const op::OpDef& op_;
  const op::OpName& name_;
  InputTypes types_;
  const OrtApi& ort_;
};

}  // namespace mmdeploy::onnxruntime
