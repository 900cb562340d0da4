#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// Reshape, Transpose and Reshape through more dimensions than a blob has: one node, whose converter
// finds the few axes that move.

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

bool ToReshapeTranspose(const Match& match) {
  const graph::Value* middle = match["r"];
  if (!middle->type.dims) return false;
  const auto shape = graph::KnownDims(*middle->type.dims);
  if (!shape) return false;
  const std::vector<int64_t> perm = match.node("t")->Ints("perm");
  graph::Node* node = ReplaceBy(match, "ReshapeTranspose", {match["x"]});
  node->Set("shape", *shape);
  if (!perm.empty()) node->Set("perm", perm);
  return true;
}

}  // namespace

Result<int64_t> fuse_reshape_transpose(graph::Model* model) {
  return Rewrite(model,
                 {{"r = Reshape(x, _)  t = Transpose(r)  y = Reshape(t, _)", ToReshapeTranspose}});
}

}  // namespace mmdeploy::ncnn_convert
