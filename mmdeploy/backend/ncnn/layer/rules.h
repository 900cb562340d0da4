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

// A parameter that is the number of weights.
template <int kId>
int64_t CountInParam(const ParamLayer& layer) {
  return layer.Int(kId, 0);
}

}  // namespace mmdeploy::ncnn
