#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Dropout in training with a ratio of 0 drops nothing: torch.nn.functional.dropout(x, 0.0) says no
// more.

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

bool Remove(const Match& match) {
  if (match["x"]->constant() || !graph::CanServeUses(match["y"], match["x"])) return false;
  Replace(match, match["x"]);
  return true;
}

}  // namespace

Result<int64_t> fuse_dropout(graph::Model* model) {
  return Rewrite(model, {{"y = Dropout(x, 0, _?)", Remove}});
}

}  // namespace mmdeploy::ncnn_convert
