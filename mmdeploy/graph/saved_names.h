#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// The names under which a model is written. Outputs of a graph have names of their own: the value
// that serves one takes it over, and where it cannot (an input, a value of an outer graph, a value
// that already serves another output) an Identity makes it.
class SavedNames {
 public:
  explicit SavedNames(const Model& model);

  const std::string& operator[](const Value* value) const;

  // An output that an Identity makes from `value`.
  struct Copy {
    const Value* value;
    std::string name;
  };
  // Of one graph, to be written behind its nodes.
  const std::vector<Copy>& copies(const Graph* graph) const;

  // Whether a constant of an inner graph is written as a Constant node, because it is an output.
  bool is_constant_node(const Value* constant) const;

 private:
  void Plan(const Graph& graph);
  void PlanOutput(const Graph& graph, size_t index);
  void MoveAside(const Graph& graph, Model* model);

  std::unordered_map<const Value*, std::string> renamed_;
  std::unordered_map<std::string, const Value*> taken_;  // names of outputs, and who has them
  std::unordered_map<const Graph*, std::vector<Copy>> copies_;
};

}  // namespace mmdeploy::graph
