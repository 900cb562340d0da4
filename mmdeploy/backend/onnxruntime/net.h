#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/backend/onnxruntime/api.h"

namespace mmdeploy::onnxruntime {

// A session of ONNX Runtime. Its Run is thread-safe, so requests hold only tensors.
class OrtNet : public Net {
 public:
  static Result<std::shared_ptr<const Net>> Load(const Api& api, const NetFiles& files,
                                                 const NetOptions& options);
  ~OrtNet() override;

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;
  int max_concurrent_runs() const override { return max_concurrent_runs_; }
  std::string precision() const override { return precision_; }

  const OrtApi& ort() const { return *api_.ort; }
  OrtSession* session() const { return session_; }

 private:
  explicit OrtNet(const Api& api) : api_(api) {}
  Result<void> CreateSession(const NetFiles& files, const NetOptions& options);
  Result<void> ReadInfos(bool input, std::vector<TensorInfo>* infos);
  Result<TensorInfo> ReadInfo(std::string name, OrtTypeInfo* type) const;

  const Api& api_;
  OrtSession* session_ = nullptr;
  int max_concurrent_runs_ = 0;
  std::string precision_;
  std::vector<TensorInfo> inputs_;
  std::vector<TensorInfo> outputs_;
};

}  // namespace mmdeploy::onnxruntime
