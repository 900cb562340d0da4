#pragma once

#include <map>
#include <string>

#include "mmdeploy/backend/ncnn/layer/row.h"

namespace mmdeploy::ncnn {

// Errors: kNotSupported for a layer type that is not known, with the nearest one; what CheckParams
// answers; kFail for parameters that contradict each other. `bin_bytes` is the size of the weights
// file: no layer has more weights.
Result<void> CheckLayers(const ParamFile& file, size_t bin_bytes, const std::string& name);

// The shapes of all blobs, by their number, for those of layers of type Input. What is not known
// has the rank 0, and so has what follows from it. Errors: kFail, what a row says of the inputs of
// a layer.
Result<std::vector<BlobShape>> InferShapes(const ParamFile& file,
                                           const std::map<int, BlobShape>& inputs);

}  // namespace mmdeploy::ncnn
