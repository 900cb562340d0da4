#pragma once

#include <string>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

struct SvgOptions {
  // A picture of more nodes is an error: nobody could read it.
  size_t max_nodes = 4000;
};

// A picture of the outermost graph, from inputs at the top to outputs at the bottom: one box per
// node, coloured by kind of operator, with its attributes and constants, edges labelled with types.
// Hovering shows everything. Errors: kOutOfRange for too many nodes.
Result<std::string> ToSvg(const Model& model, const SvgOptions& options = {});

}  // namespace mmdeploy::graph
