#pragma once

#include <utility>
#include <vector>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

// A call outside any engine: tensors of the caller, the process's threads.
class HostContext : public OpContext {
 public:
  HostContext(std::vector<std::optional<Tensor>> inputs, size_t num_outputs, int num_threads = 1)
      : outputs_(num_outputs), num_threads_(num_threads) {
    inputs_ = std::move(inputs);
  }

  using OpContext::Output;
  size_t num_outputs() const override { return outputs_.size(); }
  Result<Tensor> Output(size_t index, const Shape& shape) override {
    MMDEPLOY_TRY(outputs_[index], Tensor::Allocate(dtypes_[index], shape));
    return outputs_[index];
  }

  // Runs `function`, one of op's, and gives its outputs.
  Result<std::vector<Tensor>> Run(const OpDef& op, const Attributes& attributes,
                                  RunFunction function) {
    for (size_t i = 0; i < outputs_.size(); ++i) {
      const auto& def = op.outputs[i];
      const auto source = static_cast<size_t>(def.same_dtype_as);
      dtypes_.push_back(def.same_dtype_as >= 0 && has_input(source) ? input(source).dtype()
                                                                    : def.dtype);
    }
    MMDEPLOY_TRYV(op::Run(op, attributes, function, *this));
    return outputs_;
  }

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override {
    mmdeploy::ParallelFor(count, num_threads_, body);
  }

 private:
  std::vector<Tensor> outputs_;
  std::vector<DataType> dtypes_;
  int num_threads_;
};

}  // namespace mmdeploy::op
