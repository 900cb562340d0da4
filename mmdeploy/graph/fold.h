#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

struct FoldOptions {
  // A node stays when its results would take more bytes than its inputs and than this.
  // Masks of attention windows are about as large.
  int64_t max_bytes = int64_t{2} << 20;
};

// Computes the outputs of one node from its inputs (nullptr: left out). Empty result: this
// operator, or this type, is not evaluated here. Errors name the node: its inputs cannot be valid.
Result<std::vector<TensorPtr>> Evaluate(const Node& node, const std::vector<TensorPtr>& inputs);

// Replaces nodes whose inputs are all constant by constants, and Shape/Size/ConstantOfShape/...
// where `Value::type` tells the answer. Inner graphs included. Answers the number of nodes
// replaced.
Result<int64_t> FoldConstants(Model* model, const FoldOptions& options = {});

// The operators that Evaluate computes.
std::vector<std::string> OperatorsEvaluated();

}  // namespace mmdeploy::graph
