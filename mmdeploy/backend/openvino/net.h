#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <openvino/runtime/compiled_model.hpp>
#include <openvino/runtime/core.hpp>
#include <set>
#include <shared_mutex>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/base/fork.h"

namespace mmdeploy::openvino {

// Engine options of this engine, see README.md.
constexpr const char* kDeviceOption = "device";

// OpenVINO's registry of devices; one per process, never destroyed, because plug-ins of OpenVINO
// leave threads behind. Errors: kFail, when its libraries are damaged.
Result<ov::Core*> GetCore();

// Compiles a model, also in a child made by fork; `name` is for messages.
Result<ov::CompiledModel> Compile(const std::shared_ptr<ov::Model>& model, const std::string& name,
                                  const std::string& device, ov::AnyMap properties);

// A model compiled for a device.
//
// OpenVINO 2026 leaves a compiled model of dynamic shapes in disorder when a run fails: the shapes
// that ran before the failure fail from then on. Such a model is compiled anew after a failure;
// `generation` counts how often. Shapes run alone (run_mutex) until they have worked once, so that
// a failure finds nobody else in the compiled model.
//
// In a child made by fork it is compiled anew, for OpenVINO's threads are gone.
class OpenvinoNet : public Net {
 public:
  // `files.net` is an IR (.xml, its weights in files.weights or beside it) or an ONNX file.
  static Result<std::shared_ptr<const Net>> Load(const NetFiles& files, const NetOptions& options);

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;
  int max_concurrent_runs() const override { return max_concurrent_runs_; }
  std::string precision() const override { return precision_; }

  bool is_dynamic() const;
  int generation() const { return state_->Get().generation; }

  // Held shared by runs of shapes that have worked, alone by others. For dynamic shapes only.
  std::shared_mutex& run_mutex() const { return state_->Get().run_mutex; }

  // Whether a run of these input shapes has worked. Thread-safe.
  bool HasWorked(Span<const Shape> shapes) const;
  void RememberWorking(Span<const Shape> shapes) const;

  // A request of the current generation, which is written to `*generation`. Thread-safe.
  Result<ov::InferRequest> NewRequest(int* generation) const;

  // A run of this generation failed. Thread-safe.
  void Discard(int generation) const;

 private:
  OpenvinoNet() = default;
  Result<void> SetUp(ov::Core& core, const NetOptions& options);
  Result<std::shared_ptr<ov::Model>> TakeModel() const;
  Result<ov::CompiledModel> CompileAnew() const;
  Result<void> ReadInfos();

  // What callers of one process share.
  struct State {
    std::shared_mutex run_mutex;
    std::mutex mutex;            // guards what follows
    ov::CompiledModel compiled;  // empty after Discard
    std::set<std::vector<int64_t>> working_shapes;
    std::atomic<int> generation = 0;
  };

  NetFiles files_;  // without bytes
  std::string device_;
  ov::AnyMap properties_;
  Bytes weights_;                     // constants of the model point into them
  std::shared_ptr<ov::Model> model_;  // null when it is not needed any more
  int max_concurrent_runs_ = 0;
  std::string precision_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;

  std::unique_ptr<PerProcess<State>> state_;
};

// Name of an input or output: the model's own, without what OpenVINO appends.
std::string NameOf(const ov::Output<const ov::Node>& port);

}  // namespace mmdeploy::openvino
