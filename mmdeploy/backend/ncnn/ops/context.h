#pragma once

#include <ncnn/mat.h>
#include <ncnn/option.h>

#include "mmdeploy/op/op.h"

namespace mmdeploy::ncnn {

// Which blobs lack the batch axis that tensors have, one bit each.
struct BatchMasks {
  int inputs = 0, outputs = 0;
};

// A call of an operator in ncnn: float32 blobs without a batch, the threads of ncnn.
class NcnnOpContext : public op::OpContext {
 public:
  NcnnOpContext(const op::OpDef& op, BatchMasks masks, std::vector<::ncnn::Mat>* blobs,
                const ::ncnn::Option& option)
      : op_(op), masks_(masks), blobs_(*blobs), outputs_(blobs->size()), option_(option) {}

  // Errors: kOutOfMemory.
  Result<void> ReadInputs(const std::vector<::ncnn::Mat>& blobs);

  using op::OpContext::Output;
  size_t num_outputs() const override { return blobs_.size(); }
  // Errors: kNotSupported for what no blob can be: without elements, of too many dimensions.
  Result<Tensor> Output(size_t index, const Shape& shape) override;

  // Brings what could not be written in place into its blob.
  void Finish();

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override;

 private:
  const op::OpDef& op_;
  BatchMasks masks_;
  std::vector<::ncnn::Mat>& blobs_;
  std::vector<Tensor> outputs_;  // empty where the blob's memory is used
  const ::ncnn::Option& option_;
};

}  // namespace mmdeploy::ncnn
