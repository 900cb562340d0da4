#pragma once

#include "mmdeploy/backend/engine.h"

namespace mmdeploy::openvino {

// ONNX to <prefix>.xml and <prefix>.bin. `task.engine` has options of the Model Optimizer (see
// MoOptions), `task.precision` "FP16" stores weights in 16 bits. Dimensions that are dynamic in the
// ONNX file stay so, within min and max of `task.inputs` where given; others become the opt shape.
Result<std::vector<std::string>> Convert(const ConvertTask& task);

}  // namespace mmdeploy::openvino
