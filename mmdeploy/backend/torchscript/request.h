#pragma once

#include <string>
#include <vector>

#include "mmdeploy/backend/torchscript/net.h"

namespace mmdeploy::torchscript {

// One run: inputs in the caller's memory, outputs in LibTorch's.
class TorchscriptRequest : public Request {
 public:
  explicit TorchscriptRequest(const TorchscriptNet& net);

  Result<void> SetShapes(Span<const Shape> shapes) override;
  Result<Tensor> Input(size_t index) override;
  Result<void> BindInput(size_t index, const Tensor& tensor) override;
  // The output is copied there: LibTorch chooses the memory of results itself.
  Result<void> BindOutput(size_t index, const Tensor& tensor) override;
  Result<void> Run() override;
  Result<Tensor> Output(size_t index) override;

 private:
  std::string DescribeInputs() const;
  Result<Tensor> TakeOutput(const at::Tensor& tensor, size_t index) const;

  const TorchscriptNet& net_;
  std::vector<Shape> shapes_;
  std::vector<Tensor> inputs_;
  std::vector<Tensor> bound_outputs_;  // empty where LibTorch's memory is used
  std::vector<Tensor> outputs_;
};

}  // namespace mmdeploy::torchscript
