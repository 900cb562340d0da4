#pragma once

#include <openvino/runtime/infer_request.hpp>
#include <vector>

#include "mmdeploy/backend/openvino/net.h"
#include "mmdeploy/backend/request.h"

namespace mmdeploy::openvino {

// One run: inputs in the caller's memory, outputs in new memory for each run or in the caller's.
class OpenvinoRequest : public HostRequest {
 public:
  explicit OpenvinoRequest(const OpenvinoNet& net) : HostRequest("openvino", net), net_(net) {}

 private:
  Result<void> Compute() override;
  Result<void> RunOnce();
  Result<void> RunAlone();
  ov::Tensor PrepareOutput(size_t index) const;
  Result<void> StoreOutput(size_t index, const ov::Tensor& tensor);

  const OpenvinoNet& net_;
  ov::InferRequest request_;  // empty before the first run
  int generation_ = -1;       // of the compiled model that request_ belongs to
};

}  // namespace mmdeploy::openvino
