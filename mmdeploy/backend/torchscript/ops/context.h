#pragma once

#include <ATen/core/Tensor.h>

#include "mmdeploy/op/op.h"

namespace mmdeploy::torchscript {

// A call of an operator in LibTorch: its memory, its threads.
class TorchOpContext : public op::OpContext {
 public:
  explicit TorchOpContext(const op::OpDef& op) : op_(op), outputs_(op.outputs.size()) {}

  // Undefined tensors are inputs that are absent. Errors: kNotSupported.
  Result<void> AddInput(const at::Tensor& tensor);

  using op::OpContext::Output;
  size_t num_outputs() const override { return outputs_.size(); }
  Result<Tensor> Output(size_t index, const Shape& shape) override;

  const std::vector<at::Tensor>& outputs() const { return outputs_; }

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override;

 private:
  const op::OpDef& op_;
  std::vector<at::Tensor> outputs_;
};

}  // namespace mmdeploy::torchscript
