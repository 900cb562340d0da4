#pragma once

#include <openvino/core/model.hpp>

#include "mmdeploy/backend/openvino/mo_options.h"

namespace mmdeploy::openvino {

// Puts layout conversion, reversal of channels, mean and scale in front of the model's inputs, in
// this order. Errors: kInvalidArgument for an input that does not exist, kFail with OpenVINO's
// message for values that do not fit.
Result<void> AddPreprocessing(const MoOptions& options, std::shared_ptr<ov::Model>* model);

}  // namespace mmdeploy::openvino
