#pragma once

#include "mmdeploy/backend/engine.h"

namespace mmdeploy::ncnn {

// ONNX to <prefix>.param and <prefix>.bin; `task.precision` "FP16" stores weights in 16 bits.
// Dimensions that are dynamic in the ONNX file stay so, unless min and max of `task.inputs` are the
// same number. The first dimension is the batch.
Result<std::vector<std::string>> Convert(const ConvertTask& task);

}  // namespace mmdeploy::ncnn
