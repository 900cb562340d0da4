#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Fills `Value::type` of everything in the model that can be known from the types of its inputs,
// with symbolic dimensions and the contents of small integer tensors (shapes that are computed)
// where they are known. Operators without a rule keep what the file says. A type that the file
// declares is refined. A declared shape that contradicts what the operator gives is ignored with a
// warning in the log that names node and output, as engines do; another element type is an error,
// as for them. Errors: kInvalidArgument naming node, operator, input, what was found and what is
// allowed.
Result<void> InferTypes(Model* model);

// The operators of the ONNX domain that have a rule.
std::vector<std::string> OperatorsWithRule();

}  // namespace mmdeploy::graph
