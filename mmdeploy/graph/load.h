#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// What a file may hold at most. The defaults are far above real models and far below what would
// exhaust a machine.
struct LoadLimits {
  int64_t max_nodes = 4 << 20;
  int64_t max_attributes_per_node = 1 << 10;
  int max_depth = 24;  // graphs inside graphs
};

// Reads an ONNX file of any opset. Weights in external files are mapped, not read; they must lie in
// the folder of the model. Pipes and "-" (standard input) are read too. Nodes come in an order in
// which each value is made before it is used. Errors name the file and the node, tensor or input:
// kFileNotExist, kFail (not ONNX, damaged), kOutOfRange (limits, paths outside of the folder),
// kNotSupported.
Result<std::unique_ptr<Model>> LoadModel(const std::string& path, const LoadLimits& limits = {});

// As above from memory, which is not needed afterwards. `folder`: where external files lie; if
// empty a model with external files is an error. `name` stands in messages.
Result<std::unique_ptr<Model>> ParseModel(std::string_view bytes, const std::string& folder = "",
                                          const std::string& name = "model",
                                          const LoadLimits& limits = {});

}  // namespace mmdeploy::graph
