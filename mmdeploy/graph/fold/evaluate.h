#pragma once

#include <cstdint>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// As Evaluate of fold.h, for a node of this version of the operator set; errors do not name the
// node. Results of more than `max_bytes` are not computed (an empty result).
Result<std::vector<TensorPtr>> EvaluateNode(const Node& node, int64_t opset,
                                            const std::vector<TensorPtr>& inputs,
                                            int64_t max_bytes);

}  // namespace mmdeploy::graph
