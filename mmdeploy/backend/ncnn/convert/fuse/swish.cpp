#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// Swish for Sigmoid and Mul.

namespace mmdeploy::ncnn_convert {

using graph::Match;

Result<int64_t> fuse_swish(graph::Model* model) {
  const auto to_swish = [](const Match& match) {
    ReplaceBy(match, "Swish", {match["x"]});
    return true;
  };
  return Rewrite(model, {{"y = Mul(x, Sigmoid(x))", to_swish}});
}

}  // namespace mmdeploy::ncnn_convert
