#pragma once

#include "mmdeploy/backend/ncnn/layer/row.h"

// Shapes of outputs that several rows share.

namespace mmdeploy::ncnn {

// As the first input; for each output.
std::vector<BlobShape> SameShape(const ParamLayer& layer, Shapes in);
// As numpy broadcasts: aligned at the last axis. Not known where ncnn aligns otherwise.
std::vector<BlobShape> BroadcastShape(const ParamLayer& layer, Shapes in);

// A parameter that is the number of weights.
template <int kId>
int64_t CountInParam(const ParamLayer& layer) {
  return layer.Int(kId, 0);
}

}  // namespace mmdeploy::ncnn
