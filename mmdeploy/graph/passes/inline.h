#pragma once

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Moves the nodes and constants of an inner graph before `node`, whose attribute it is. Its inputs
// must have no uses. Its outputs stay readable, until the inner graph goes.
void MoveContents(Graph* inner, Node* node);

}  // namespace mmdeploy::graph
