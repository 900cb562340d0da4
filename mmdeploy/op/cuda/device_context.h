#pragma once

#include <memory>
#include <vector>

#include "mmdeploy/op/op.h"

namespace mmdeploy::op::cuda {

// Whether this process has a CUDA device that works.
bool HasDevice();

// Memory on the device, given back in the order of the stream. Errors: kOutOfMemory.
Result<Tensor> AllocateOnDevice(DataType dtype, const Shape& shape, void* stream);

// A call with tensors on the device, outside of any engine.
class DeviceContext : public OpContext {
 public:
  DeviceContext(const OpDef& op, std::vector<std::optional<Tensor>> inputs, void* stream)
      : op_(op), outputs_(op.outputs.size()), stream_(stream) {
    inputs_ = std::move(inputs);
  }

  using OpContext::Output;
  size_t num_outputs() const override { return outputs_.size(); }
  Result<Tensor> Output(size_t index, const Shape& shape) override;
  void* stream() const override { return stream_; }
  Result<Tensor> Scratch(DataType dtype, const Shape& shape) override;

  const std::vector<Tensor>& outputs() const { return outputs_; }

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override;

 private:
  const OpDef& op_;
  std::vector<Tensor> outputs_;
  void* stream_;
};

// Runs op.run_cuda on tensors of the host: copies them there, and the outputs back.
Result<std::vector<Tensor>> RunOnDevice(const OpDef& op, const Attributes& attributes,
                                        const std::vector<std::optional<Tensor>>& inputs);

// Mean time of a call of op.run_cuda whose tensors are on the device, after some that do not count.
Result<double> MillisecondsOnDevice(const OpDef& op, const Attributes& attributes,
                                    const std::vector<std::optional<Tensor>>& inputs);

}  // namespace mmdeploy::op::cuda
