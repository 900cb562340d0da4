#pragma once

#include <ncnn/allocator.h>

#include <memory>
#include <vector>

#include "mmdeploy/backend/ncnn/net.h"
#include "mmdeploy/backend/request.h"

namespace mmdeploy::ncnn {

// Memory of blobs, kept for the next run. Refuses what no sensible blob needs, so that damaged
// sizes are an error of a layer.
template <class Pool>
class LimitedAllocator : public Pool {
 public:
  static constexpr size_t kMaxBytes = size_t{1} << 31;

  void* fastMalloc(size_t size) override {
    return size > kMaxBytes ? nullptr : Pool::fastMalloc(size);
  }
};

// One run: the batch image by image. Inputs are copied into blobs, whose channels ncnn aligns and
// which it may overwrite; outputs are copied into tensors.
class NcnnRequest : public HostRequest {
 public:
  explicit NcnnRequest(std::shared_ptr<const NcnnNet> net)
      : HostRequest("ncnn", *net), net_(std::move(net)), stored_(net_->outputs().size()) {}

 private:
  Result<void> Compute() override;
  Result<int64_t> BatchSize() const;
  Result<void> RunImage(int64_t image, int64_t batch);
  Result<void> SetInputs(int64_t image, ::ncnn::Extractor* extractor);
  Result<void> Store(size_t index, const ::ncnn::Mat& mat, int64_t image, int64_t batch);

  std::shared_ptr<const NcnnNet> net_;
  LimitedAllocator<::ncnn::UnlockedPoolAllocator> blob_allocator_;
  LimitedAllocator<::ncnn::PoolAllocator> workspace_allocator_;
  std::vector<Tensor> stored_;  // outputs of the images so far
};

}  // namespace mmdeploy::ncnn
