#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/inline.h"
#include "mmdeploy/graph/passes/pass.h"

// Takes the branch of an If whose condition is constant:
//
//   y = If ({true}) <                    y = Relu(x)
//     then_branch = g () => (a) { a = Relu(x) },
//     else_branch = h () => (b) { b = Neg(x) }>

namespace mmdeploy::graph {

namespace {

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  Inliner inliner;
  SweepNodes(model->graph(), [&](Node* node) {
    if (!node->Is("If")) return;
    const std::optional<double> condition = ConstantNumber(node->input(0));
    if (!condition) return;
    auto* branch =
        node->Get<std::unique_ptr<Graph>>(*condition != 0 ? "then_branch" : "else_branch");
    if (!branch || (*branch)->num_outputs() != node->num_outputs()) return;
    inliner.MoveContents(branch->get(), node);
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      node->output(i)->ReplaceUses((*branch)->output(i));
    }
    node->graph()->Erase(node);
    ++changes;
  });
  return changes;
}

}  // namespace

Pass inline_if_pass() { return {"inline_if", "take the branch of a constant condition", Run}; }

}  // namespace mmdeploy::graph
