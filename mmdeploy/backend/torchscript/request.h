#pragma once

#include <vector>

#include "mmdeploy/backend/request.h"
#include "mmdeploy/backend/torchscript/net.h"

namespace mmdeploy::torchscript {

// One run: inputs in the caller's memory, outputs in LibTorch's, which it chooses itself, or
// copied to the caller's.
class TorchscriptRequest : public HostRequest {
 public:
  explicit TorchscriptRequest(const TorchscriptNet& net)
      : HostRequest("torchscript", net), net_(net) {}

 private:
  Result<void> Compute() override;
  Result<std::vector<c10::IValue>> WrapInputs() const;
  Result<c10::IValue> Forward(const std::vector<c10::IValue>& inputs) const;
  Result<Tensor> TakeOutput(const at::Tensor& tensor, size_t index) const;

  const TorchscriptNet& net_;
};

}  // namespace mmdeploy::torchscript
