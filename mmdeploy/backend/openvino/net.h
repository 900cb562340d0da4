#pragma once

#include <memory>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>
#include <vector>

#include "mmdeploy/backend/engine.h"

namespace mmdeploy::openvino {

// Engine options of this engine, see README.md.
constexpr const char* kDeviceOption = "device";

// OpenVINO's registry of devices; one per process, never destroyed, because plug-ins of OpenVINO
// leave threads behind. Errors: kFail, when its libraries are damaged.
Result<ov::Core*> GetCore();

// A model compiled for a device.
class OpenvinoNet : public Net {
 public:
  // `files.net` is an IR (.xml, its weights in files.weights or beside it) or an ONNX file.
  static Result<std::shared_ptr<const Net>> Load(const NetFiles& files, const NetOptions& options);

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;
  int max_concurrent_runs() const override { return max_concurrent_runs_; }
  std::string precision() const override { return precision_; }

 private:
  OpenvinoNet() = default;
  Result<void> Compile(ov::Core& core, const std::shared_ptr<ov::Model>& model,
                       const NetOptions& options, const std::string& name);
  Result<void> ReadInfos();

  Bytes weights_;  // constants of the model point into them
  // OpenVINO's handle has no const methods; it is thread-safe.
  mutable ov::CompiledModel compiled_;
  int max_concurrent_runs_ = 0;
  std::string precision_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

// Name of an input or output: the model's own, without what OpenVINO appends.
std::string NameOf(const ov::Output<const ov::Node>& port);

}  // namespace mmdeploy::openvino
