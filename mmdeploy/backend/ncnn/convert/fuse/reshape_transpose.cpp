#include "mmdeploy/graph/match.h"

// Reshape, Transpose and Reshape through more dimensions than a blob has: one node, whose converter
// finds the few axes that move.

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

bool ToReshapeTranspose(const Match& match) {
  const Value* middle = match["r"];
  if (!middle->type.dims) return false;
  const auto shape = graph::KnownDims(*middle->type.dims);
  if (!shape) return false;
  graph::Node* node = match.graph()->AddNode("ReshapeTranspose", {match["x"]}, match.root(), "ncnn");
  node->set_name(match.root()->name());
  node->Set("shape", *shape);
  const auto* perm = match.node("t")->Get<std::vector<int64_t>>("perm");
  if (perm) node->Set("perm", *perm);
  Value* value = node->AddOutput(match["y"]->name());
  value->type = match["y"]->type;
  Replace(match, value);
  return true;
}

}  // namespace

Result<int64_t> fuse_reshape_transpose(graph::Model* model) {
  return Rewrite(model, {{"r = Reshape(x, _)  t = Transpose(r)  y = Reshape(t, _)",
                          ToReshapeTranspose}});
}

}  // namespace mmdeploy::ncnn_convert
