#pragma once

#include <openvino/runtime/tensor.hpp>

#include "mmdeploy/op/op.h"

namespace mmdeploy::openvino {

// A call of an operator in OpenVINO: its memory, the threads of its stream.
class OvOpContext : public op::OpContext {
 public:
  // The tensors outlive the context.
  OvOpContext(const op::OpDef& op, ov::TensorVector* outputs) : op_(op), outputs_(*outputs) {}

  // Errors: kNotSupported for element types and ranks that tensors of ours cannot have.
  Result<void> ReadInputs(const ov::TensorVector& inputs);

  using op::OpContext::Output;
  size_t num_outputs() const override { return outputs_.size(); }
  Result<Tensor> Output(size_t index, const Shape& shape) override;

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override;

 private:
  const op::OpDef& op_;
  ov::TensorVector& outputs_;
};

}  // namespace mmdeploy::openvino
