#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"

// Gelu for its parts, in operator sets before 20.

namespace mmdeploy::ncnn_convert {

using graph::Match;

Result<int64_t> fuse_gelu(graph::Model* model) {
  const auto to_gelu = [](const Match& match) {
    ReplaceBy(match, "Gelu", {match["x"]});
    return true;
  };
  return Rewrite(model,
                 {{"e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, e), 0.5)", to_gelu},
                  {"e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, 0.5), e)", to_gelu},
                  {"e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(x, Mul(e, 0.5))", to_gelu}});
}

}  // namespace mmdeploy::ncnn_convert
