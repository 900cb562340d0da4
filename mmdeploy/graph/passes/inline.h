#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// Brings nodes of inner graphs into the graphs around them. Engines refuse two nodes of one name in
// a graph, so names that are taken get a suffix. For one sweep over a model.
class Inliner {
 public:
  // Moves the nodes and constants of an inner graph before `node`, whose attribute it is. Its
  // inputs must have no uses. Its outputs stay readable, until the inner graph goes.
  void MoveContents(Graph* inner, Node* node);

  // `name`, or with a suffix, so that no node of `graph` has it. "" stays "".
  std::string UniqueNodeName(const Graph& graph, const std::string& name);

 private:
  std::unordered_map<const Graph*, std::unordered_set<std::string>> names_;
};

}  // namespace mmdeploy::graph
