#include "mmdeploy/graph/passes/inline.h"

namespace mmdeploy::graph {

void MoveContents(Graph* inner, Node* node) {
  Graph* outer = node->graph();
  for (const auto& constant : inner->constants()) {
    constant->ReplaceUses(outer->AddConstant(constant->constant(), constant->name()));
  }
  for (Node* moved : inner->Nodes()) outer->Adopt(moved, node);
}

}  // namespace mmdeploy::graph
