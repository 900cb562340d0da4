#pragma once

#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::onnxruntime {

// A call of an operator in ONNX Runtime: its memory, its threads.
class OrtOpContext : public op::OpContext {
 public:
  OrtOpContext(const OrtApi& ort, OrtKernelContext* context) : ort_(ort), context_(context) {}

  // Errors: kNotSupported for element types and ranks that tensors of ours cannot have.
  Result<void> ReadInputs(const op::OpDef& op);

  using op::OpContext::Output;
  size_t num_outputs() const override { return num_outputs_; }
  Result<Tensor> Output(size_t index, const Shape& shape) override;

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override;

 private:
  Result<Tensor> Wrap(OrtValue* value, const std::string& name) const;

  const OrtApi& ort_;
  OrtKernelContext* context_;
  const op::OpDef* op_ = nullptr;
  size_t num_outputs_ = 0;
};

}  // namespace mmdeploy::onnxruntime
