#pragma once

#include <set>
#include <string>
#include <vector>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::openvino {

// What OpenVINO may calculate otherwise with inputs that occur seldom, so that refusing the model
// would be too much: a line per node, which names it and what to look for. `ordered`: indices of
// TopK that are right among equal values.
std::vector<std::string> FindDoubts(graph::Graph* graph, const std::set<std::string>& ordered);

}  // namespace mmdeploy::openvino
