#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/shape.h"

namespace mmdeploy::openvino {

// Values that belong to one input, or to all inputs when the name is empty.
template <class T>
struct ForInput {
  std::string input;
  T value;
};

// What users of the Model Optimizer could ask for and OpenVINO still does. The Model Optimizer is
// gone; its options are read here and carried out by OpenVINO's own C++ API.
struct MoOptions {
  bool fp16_weights = false;                        // --data_type FP16, --compress_to_fp16
  std::vector<std::string> inputs;                  // --input: names, in the order of --input_shape
  std::vector<Shape> input_shapes;                  // --input_shape
  std::vector<std::string> outputs;                 // --output: names; empty: the model's own
  std::optional<int64_t> batch;                     // --batch
  std::vector<ForInput<std::vector<float>>> mean;   // --mean_values
  std::vector<ForInput<std::vector<float>>> scale;  // --scale_values, --scale
  std::vector<ForInput<std::string>> layout;        // --layout: "nhwc", or "nhwc->nchw"
  bool reverse_input_channels = false;              // --reverse_input_channels
  std::vector<std::string> ignored;                 // given, known, and without any effect today
};

// Reads options by name, with or without "--"; a flag has the value "". Errors: kInvalidArgument
// for an option that is not known (with the ones that are) and for a value that cannot be read.
Result<MoOptions> ParseMoOptions(const std::map<std::string, std::string>& options);

}  // namespace mmdeploy::openvino
