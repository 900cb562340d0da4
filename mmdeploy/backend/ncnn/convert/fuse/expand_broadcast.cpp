#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Operators that broadcast need no Expand before them.

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

bool DropExpand(const Match& match) {
  graph::Node* root = match.root();
  graph::Value* expanded = match["e"];
  const size_t side = root->input(0) == expanded ? 0 : 1;
  // The other operand must have the dimensions of the result.
  if (!graph::SameDims(root->input(1 - side), root->output())) return false;
  root->SetInput(side, match["x"]);
  return true;
}

}  // namespace

Result<int64_t> fuse_expand_broadcast(graph::Model* model) {
  return Rewrite(model,
                 {{"shared e = Expand(x, _)  y = Add|Sub|Mul|Div|Min|Max(e, _)", DropExpand},
                  {"shared e = Expand(x, _)  y = Add|Sub|Mul|Div|Min|Max(_, e)", DropExpand}});
}

}  // namespace mmdeploy::ncnn_convert
