#pragma once

#include <utility>
#include <vector>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

// A call outside any engine: tensors of the caller, the process's threads.
class HostContext : public OpContext {
 public:
  HostContext(const OpDef& op, std::vector<std::optional<Tensor>> inputs, int num_threads = 1)
      : op_(op), outputs_(op.outputs.size()), num_threads_(num_threads) {
    inputs_ = std::move(inputs);
  }

  using OpContext::Output;
  size_t num_outputs() const override { return outputs_.size(); }
  Result<Tensor> Output(size_t index, const Shape& shape) override {
    MMDEPLOY_TRY(outputs_[index], Tensor::Allocate(TypeOf(op_.outputs[index]), shape));
    return outputs_[index];
  }

  // Runs `function`, one of the operator's, and gives its outputs.
  Result<std::vector<Tensor>> Run(const Attributes& attributes, RunFunction function) {
    MMDEPLOY_TRYV(op::Run(op_, attributes, function, *this));
    return outputs_;
  }

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override {
    mmdeploy::ParallelFor(count, num_threads_, body);
  }

 private:
  const OpDef& op_;
  std::vector<Tensor> outputs_;
  int num_threads_;
};

}  // namespace mmdeploy::op
