#include "mmdeploy/graph/passes/inline.h"

namespace mmdeploy::graph {

void Inliner::MoveContents(Graph* inner, Node* node) {
  Graph* outer = node->graph();
  for (const auto& constant : inner->constants()) {
    constant->ReplaceUses(outer->AddConstant(constant->constant(), constant->name()));
  }
  for (Node* moved : inner->Nodes()) {
    moved->set_name(UniqueNodeName(*outer, moved->name()));
    outer->Adopt(moved, node);
  }
}

std::string Inliner::UniqueNodeName(const Graph& graph, const std::string& name) {
  if (name.empty()) return name;
  const auto [names, is_new] = names_.try_emplace(&graph);
  if (is_new) {
    for (const Node* node : graph.Nodes()) names->second.insert(node->name());
  }
  std::string unique = name;
  for (int i = 1; !names->second.insert(unique).second; ++i) {
    unique = name + "_" + std::to_string(i);
  }
  return unique;
}

}  // namespace mmdeploy::graph
