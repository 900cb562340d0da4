#pragma once

#include <string>
#include <vector>

#include "mmdeploy/base/json.h"
#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// What differs between two models, for people who look for the cause of another result.
struct Difference {
  // Inputs, outputs, opsets: "output 'dets': float[100,5] became float[200,5]".
  std::vector<std::string> interface;
  // Nodes that compute the same from other attributes, constants or inputs: "conv1: attribute pads:
  // ints = [0, 0, 0, 0] became ints = [1, 1, 1, 1]".
  std::vector<std::string> changed;
  // As text, in order of execution.
  std::vector<std::string> removed, added;
  size_t equal = 0;  // nodes that compute the same in both

  bool empty() const {
    return interface.empty() && changed.empty() && removed.empty() && added.empty();
  }
};

// Compares what the nodes compute, whatever their values are called: two nodes are equal when
// operator, attributes (graphs inside them too) and all they are computed from are. What remains is
// paired by the names of nodes and outputs; lines about nodes inside others begin with where they
// are, "y/then_branch: ".
Difference Compare(const Model& before, const Model& after);

Json ToJson(const Difference& difference);
// Lines with " ", "-", "+" and "~" in front.
std::string ToText(const Difference& difference);

}  // namespace mmdeploy::graph
