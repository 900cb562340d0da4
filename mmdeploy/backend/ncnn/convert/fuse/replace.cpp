#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

namespace mmdeploy::ncnn_convert {

graph::Node* ReplaceBy(const graph::Match& match, std::string op,
                       const std::vector<graph::Value*>& inputs) {
  graph::Node* root = match.root();
  const graph::Value* result = root->output();
  graph::Node* node = match.graph()->AddNode(std::move(op), inputs, root, "ncnn");
  node->set_name(root->name());
  graph::Value* value = node->AddOutput(result->name());
  value->type = result->type;
  Replace(match, value);
  return node;
}

}  // namespace mmdeploy::ncnn_convert
