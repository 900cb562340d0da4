#include "mmdeploy/graph/saved_names.h"

namespace mmdeploy::graph {

SavedNames::SavedNames(const Model& model) {
  Plan(*model.graph());
  MoveAside(*model.graph(), model.graph()->model());
}

const std::string& SavedNames::operator[](const Value* value) const {
  const auto found = renamed_.find(value);
  return found == renamed_.end() ? value->name() : found->second;
}

const std::vector<SavedNames::Copy>& SavedNames::copies(const Graph* graph) const {
  static const std::vector<Copy> kNone;
  const auto found = copies_.find(graph);
  return found == copies_.end() ? kNone : found->second;
}

bool SavedNames::is_constant_node(const Value* constant) const {
  return constant->graph()->parent() && constant->is_output();
}

void SavedNames::Plan(const Graph& graph) {
  for (size_t i = 0; i < graph.num_outputs(); ++i) PlanOutput(graph, i);
  for (Node* node : graph.Nodes()) {
    for (const Graph* inner : node->Subgraphs()) Plan(*inner);
  }
}

void SavedNames::PlanOutput(const Graph& graph, size_t index) {
  const Value* value = graph.output(index);
  const std::string& name = graph.output_name(index);
  const bool is_own = value->graph() == &graph && !renamed_.count(value);
  if (is_own && (!value->is_input() || value->name() == name)) {
    renamed_[value] = name;
    taken_[name] = value;
  } else {
    copies_[&graph].push_back({value, name});
    taken_[name] = nullptr;
  }
}

// A value whose name an output needs gets another one.
void SavedNames::MoveAside(const Graph& graph, Model* model) {
  auto check = [&](const Value* value) {
    const auto found = taken_.find(value->name());
    if (found == taken_.end() || found->second == value || renamed_.count(value)) return;
    renamed_[value] = model->UniqueName(value->name());
  };
  for (size_t i = 0; i < graph.num_inputs(); ++i) check(graph.input(i));
  for (const auto& constant : graph.constants()) check(constant.get());
  for (Node* node : graph.Nodes()) {
    for (size_t i = 0; i < node->num_outputs(); ++i) check(node->output(i));
    for (const Graph* inner : node->Subgraphs()) MoveAside(*inner, model);
  }
}

}  // namespace mmdeploy::graph
