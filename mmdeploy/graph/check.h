#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// What is wrong with a model beyond what loading already refuses: operators that the imported opset
// does not have (with the near ones), the number of inputs and outputs, attributes that are
// unknown, missing or of another type, domains without an import. One line each, naming the node.
// Operators of other domains than ONNX's are not looked into. Empty: nothing found.
std::vector<std::string> FindProblems(const Model& model);

// All problems in one error (kInvalidArgument), at most `max_lines` of them.
Result<void> CheckModel(const Model& model, size_t max_lines = 20);

}  // namespace mmdeploy::graph
