#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Operators that stay in float32: ONNX Runtime's CPU engine has no 16-bit kernel for them, or 16
// bits are too few for what they compute.
const std::vector<std::string>& OperatorsKeptInFloat();

// Lets a float32 model calculate in float16: constants are rounded, and Cast nodes stand where
// float32 goes in or out: at inputs and outputs of the model, which keep their types, and around
// nodes that stay in float32 (operators of `keep`, other domains, nodes with inner graphs and those
// inside them, nodes with a constant or attribute that does not fit into 16 bits, and those
// that read what an epsilon which 16 bits cannot hold keeps away from zero). Types must have
// been inferred, and are up to date afterwards. Answers how many nodes calculate in float16 now.
// Errors: what InferTypes tells of the result.
Result<int64_t> ConvertToHalf(Model* model,
                              const std::vector<std::string>& keep = OperatorsKeptInFloat());

}  // namespace mmdeploy::graph
