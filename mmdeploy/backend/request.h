#pragma once

#include <optional>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"

namespace mmdeploy {

// A request that keeps its inputs and outputs as tensors, in host memory or where their infos say;
// what is left to an engine is to compute.
class HostRequest : public Request {
 public:
  Result<void> SetShapes(Span<const Shape> shapes) override;
  Result<Tensor> Input(size_t index) override;
  Result<void> BindInput(size_t index, const Tensor& tensor) override;
  Result<void> BindOutput(size_t index, const Tensor& tensor) override;
  Result<void> Run() final;
  Result<Tensor> Output(size_t index) final;

 protected:
  // `engine` is for messages; `net` has to outlive the request.
  HostRequest(std::string engine, const Net& net);

  // Reads input() and gives every output to SetOutput. Errors are the bare reasons; Run says that
  // the engine could not run, and with which inputs.
  virtual Result<void> Compute() = 0;

  const std::vector<Shape>& shapes() const { return shapes_; }
  const Tensor& input(size_t index) const { return inputs_[index]; }
  // The caller's memory for an output, or an empty tensor.
  const Tensor& bound_output(size_t index) const { return bound_outputs_[index]; }

  // Whether an output of this type and shape fits into the memory that the caller gave, if any.
  Result<void> CheckBound(size_t index, DataType dtype, const Shape& shape) const;

  // `tensor` owns its memory or is bound_output(index). Errors: those of CheckBound.
  Result<void> SetOutput(size_t index, Tensor tensor);

 private:
  std::string DescribeInputs() const;

  const std::string engine_;
  const Net& net_;
  std::vector<Shape> shapes_;
  std::vector<Tensor> inputs_;  // keep the caller's memory until the run
  std::vector<Tensor> bound_outputs_;
  std::vector<std::optional<Tensor>> outputs_;  // of the last run
};

}  // namespace mmdeploy
