#pragma once

#include "mmdeploy/graph/graph.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::graph {

// The operator of mmdeploy that a node calls; nullptr if it calls another one.
const op::OpDef* FindCustomOp(const Node& node);

// Its attributes. Errors: see op::MakeAttributes.
Result<op::Attributes> AttributesOf(const Node& node, const op::OpDef& op);

}  // namespace mmdeploy::graph
