#include "mmdeploy/graph/match.h"

// Swish for Sigmoid and Mul.

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

bool ToSwish(const Match& match) {
  graph::Node* node = match.graph()->AddNode("Swish", {match["x"]}, match.root(), "ncnn");
  graph::Value* swish = node->AddOutput(match["y"]->name());
  node->set_name(match.root()->name());
  swish->type = match["y"]->type;
  Replace(match, swish);
  return true;
}

}  // namespace

Result<int64_t> fuse_swish(graph::Model* model) {
  return Rewrite(model, {{"y = Mul(x, Sigmoid(x))", ToSwish}});
}

}  // namespace mmdeploy::ncnn_convert
