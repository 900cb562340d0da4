#pragma once

#include <cstdint>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Brings the nodes of a graph (not of inner ones) into an order in which each value is made before
// it is used, inner graphs included; the given order is kept where it already is one.
// Errors: kInvalidArgument naming the nodes of a cycle.
Result<void> SortNodes(Graph* graph);

// Removes nodes none of whose outputs is used, and unused constants, in all graphs. Inputs and
// outputs of graphs stay. Answers the number of nodes removed.
int64_t RemoveDeadCode(Model* model);

}  // namespace mmdeploy::graph
