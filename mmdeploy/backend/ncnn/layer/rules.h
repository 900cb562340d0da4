#pragma once

#include "mmdeploy/backend/ncnn/layer/row.h"

// Shapes of outputs and checks that several rows share.

namespace mmdeploy::ncnn {

// As the first input; for each output.
std::vector<BlobShape> SameShape(const ParamLayer& layer, Shapes in);
// As numpy broadcasts: aligned at the last axis. Not known where ncnn aligns otherwise.
std::vector<BlobShape> BroadcastShape(const ParamLayer& layer, Shapes in);

// Whether the activation (parameter 9) has its numbers (10).
Result<void> CheckActivation(const ParamLayer& layer);

// Whether a number of weights (parameter `weights_id`) is a multiple of `rows`.
Result<void> CheckProduct(const ParamLayer& layer, int weights_id, int64_t rows);

// A parameter that is the number of weights.
template <int kId>
int64_t CountInParam(const ParamLayer& layer) {
  return layer.Int(kId, 0);
}

}  // namespace mmdeploy::ncnn
