#pragma once

#include <unordered_map>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

using ValueMap = std::unordered_map<const Value*, Value*>;

// Copies a node without inner graphs before `before`, which may be in another graph of the model.
// Inputs are looked up in `values`, and are the same if they are not there; outputs are added to
// it.
Node* CloneNode(const Node& node, Node* before, ValueMap* values);

}  // namespace mmdeploy::graph
