#pragma once

#include <string>
#include <vector>

#include "mmdeploy/graph/match.h"

namespace mmdeploy::ncnn_convert {

// Replaces what the root of a match makes by a node of the domain "ncnn", which takes its name and
// type. Answers the node, for its attributes.
graph::Node* ReplaceBy(const graph::Match& match, std::string op,
                       const std::vector<graph::Value*>& inputs);

}  // namespace mmdeploy::ncnn_convert
