#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/patterns.h"

// Gelu for its parts, in operator sets before 20.

namespace mmdeploy::ncnn_convert {

Result<int64_t> fuse_gelu(graph::Model* model) {
  return graph::RewriteGelus(model, [](const graph::Match& match, bool tanh) {
    graph::Node* node = ReplaceBy(match, "Gelu", {match["x"]});
    if (tanh) node->Set("approximate", std::string("tanh"));
    return true;
  });
}

}  // namespace mmdeploy::ncnn_convert
