#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/backend/ncnn/guarded_net.h"

namespace mmdeploy::ncnn {

// A network in ncnn. Blobs of ncnn have no batch axis: a batch is run image by image.
class NcnnNet : public Net, public std::enable_shared_from_this<NcnnNet> {
 public:
  static Result<std::shared_ptr<const Net>> Load(const NetFiles& files, const NetOptions& options);

  const std::vector<TensorInfo>& inputs() const override { return inputs_; }
  const std::vector<TensorInfo>& outputs() const override { return outputs_; }
  Result<std::unique_ptr<Request>> CreateRequest() const override;
  int max_concurrent_runs() const override { return max_concurrent_runs_; }
  std::string precision() const override { return precision_; }

  const ::ncnn::Net& net() const { return net_; }
  // Numbers of blobs in ncnn, in the order of inputs() and outputs().
  const std::vector<int>& input_blobs() const { return input_blobs_; }
  const std::vector<int>& output_blobs() const { return output_blobs_; }

 private:
  NcnnNet() = default;
  Result<void> SetOptions(const NetOptions& options);
  Result<void> ReadFiles(const NetFiles& files);
  Result<void> ReadInfos();

  GuardedNet net_;
  std::vector<TensorInfo> inputs_, outputs_;
  std::vector<int> input_blobs_, output_blobs_;
  int max_concurrent_runs_ = 0;
  std::string precision_;
};

}  // namespace mmdeploy::ncnn
