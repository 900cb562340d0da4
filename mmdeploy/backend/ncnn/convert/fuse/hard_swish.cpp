#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// HardSwish for HardSigmoid and Mul: of operator sets before 14, where the graph's own pass leaves
// two nodes.

namespace mmdeploy::ncnn_convert {

using graph::Match;

Result<int64_t> fuse_hard_swish(graph::Model* model) {
  const auto to_hard_swish = [](const Match& match) {
    const float alpha = match.node("s")->Float("alpha", 0.2F);
    const float beta = match.node("s")->Float("beta", 0.5F);
    graph::Node* node = ReplaceBy(match, "HardSwish", {match["x"]});
    node->Set("alpha", alpha);
    node->Set("beta", beta);
    return true;
  };
  return Rewrite(model, {{"s = HardSigmoid(x)  y = Mul(x, s)", to_hard_swish}});
}

}  // namespace mmdeploy::ncnn_convert
