#pragma once

#include <torch/csrc/jit/api/module.h>

#include <memory>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/backend/torchscript/signature.h"

namespace mmdeploy::torchscript {

// Engine options of this engine, see README.md.
constexpr const char* kOptimizeOption = "optimize_for_inference";

// A TorchScript module, frozen and optimised for this machine when it is loaded.
class TorchscriptNet : public Net {
 public:
  // Loads only what `options.trusted` covers: TorchScript carries code.
  static Result<std::shared_ptr<const Net>> Load(const NetFiles& files, const NetOptions& options);

  const std::vector<TensorInfo>& inputs() const override { return signature_.inputs; }
  const std::vector<TensorInfo>& outputs() const override { return signature_.outputs; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;
  int max_concurrent_runs() const override { return max_concurrent_runs_; }

  int num_threads() const { return num_threads_; }

  // Whether `forward` may write to the memory of an input (nn.ReLU(inplace=True) at the start).
  bool writes(size_t input) const { return writes_[input]; }

  // Runs `forward`; any number of threads may. Throws what LibTorch throws.
  c10::IValue Forward(std::vector<c10::IValue> inputs) const;

 private:
  TorchscriptNet() = default;
  Result<void> ReadModule(const NetFile& file);
  Result<void> Optimize(bool for_inference, const std::string& name);
  Result<void> FindWrites(const std::string& name);

  // LibTorch's handle has no const methods.
  mutable torch::jit::Module module_;
  Signature signature_;
  std::vector<bool> writes_;  // per input
  int num_threads_ = 1;
  int max_concurrent_runs_ = 0;
};

}  // namespace mmdeploy::torchscript
