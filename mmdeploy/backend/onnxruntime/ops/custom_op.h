#pragma once

#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::onnxruntime {

// An operator under one of its names, as ONNX Runtime wants it. Lives as long as sessions do.
class CustomOp : public OrtCustomOp {
 public:
  CustomOp(const op::OpDef& op, const op::OpName& name, const OrtApi& ort);

 private:
  static const CustomOp& Of(const OrtCustomOp* op) { return *static_cast<const CustomOp*>(op); }
  void SetDeclaration();
  void SetKernel();

  const op::OpDef& op_;
  const op::OpName& name_;
  const OrtApi& ort_;
};

}  // namespace mmdeploy::onnxruntime
