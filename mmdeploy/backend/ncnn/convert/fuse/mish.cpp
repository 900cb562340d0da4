#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// Mish for its parts, which is all that exporters know of it.

namespace mmdeploy::ncnn_convert {

using graph::Match;

Result<int64_t> fuse_mish(graph::Model* model) {
  const auto to_mish = [](const Match& match) {
    ReplaceBy(match, "Mish", {match["x"]});
    return true;
  };
  return Rewrite(model, {{"y = Mul(x, Tanh(Softplus(x)))", to_mish}});
}

}  // namespace mmdeploy::ncnn_convert
