#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mmdeploy/base/result.h"

namespace mmdeploy::cli {

// A conversion as the command line says it.
struct ConvertArgs {
  std::string model;                 // ONNX file
  std::vector<std::string> outputs;  // the files, or one prefix
  std::string engine = "ncnn";
  // "input:1,3,224,224": sizes of inputs that the model leaves open, and the limits of such sizes.
  std::vector<std::string> shapes, min_shapes, max_shapes;
  std::string precision = "FP32";
  std::vector<std::string> options;  // "key=value", for the engine
};

// Converts through Engine::Convert, like everybody. Answers the names of the files.
// Errors: kInvalidArgument, kNotSupported (the engine has no files of its own, nodes).
Result<std::vector<std::string>> ConvertModel(const ConvertArgs& args);

// "input:1,3,224,224": name and sizes; the name may have colons of its own.
// Errors: kInvalidArgument naming `option`.
Result<std::pair<std::string, std::vector<int64_t>>> ParseShape(const std::string& option,
                                                                const std::string& text);

// Engines that are installed and have files of their own.
std::vector<std::string> ConvertingEngines();

}  // namespace mmdeploy::cli
