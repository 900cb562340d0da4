#pragma once

#include <openvino/runtime/infer_request.hpp>
#include <string>
#include <vector>

#include "mmdeploy/backend/openvino/net.h"

namespace mmdeploy::openvino {

// One run: inputs in the caller's memory, outputs in new memory for each run or in the caller's.
class OpenvinoRequest : public Request {
 public:
  explicit OpenvinoRequest(const OpenvinoNet& net);

  Result<void> SetShapes(Span<const Shape> shapes) override;
  Result<Tensor> Input(size_t index) override;
  Result<void> BindInput(size_t index, const Tensor& tensor) override;
  Result<void> BindOutput(size_t index, const Tensor& tensor) override;
  Result<void> Run() override;
  Result<Tensor> Output(size_t index) override;

 private:
  std::string DescribeInputs() const;
  Result<void> PrepareOutput(size_t index);
  Result<void> RunOnce();
  Result<void> RunAlone();

  const OpenvinoNet& net_;
  ov::InferRequest request_;  // empty before the first run
  int generation_ = -1;       // of the compiled model that request_ belongs to
  std::vector<Shape> shapes_;
  std::vector<Tensor> inputs_;         // keep the caller's memory until the run
  std::vector<Tensor> bound_outputs_;  // empty where the engine makes the memory
  std::vector<std::shared_ptr<ov::Tensor>> outputs_;
};

}  // namespace mmdeploy::openvino
