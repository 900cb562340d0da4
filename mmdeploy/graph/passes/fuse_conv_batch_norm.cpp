#include <cmath>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/affine.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Puts BatchNormalization into the weights of what comes before:
//
//   a = Conv(x, w)                                       y = Conv(x, w1, bias)
//   y = BatchNormalization(a, scale, shift, mean, var)
//
// Conv, ConvTranspose and Gemm with constant weights that nothing else uses.

namespace mmdeploy::graph {

namespace {

std::optional<Affine> AffineOf(const Match& match, size_t channels) {
  std::vector<double> parameters[4];
  const char* names[] = {"scale", "shift", "mean", "var"};
  for (size_t i = 0; i < 4; ++i) {
    auto numbers = match[names[i]]->constant()->Numbers();
    if (!numbers || numbers->size() != channels) return std::nullopt;
    parameters[i] = std::move(*numbers);
  }
  const double epsilon = match.root()->Float("epsilon", 1e-5F);
  Affine affine;
  for (size_t c = 0; c < channels; ++c) {
    affine.scale.push_back(parameters[0][c] / std::sqrt(parameters[3][c] + epsilon));
    affine.shift.push_back(parameters[1][c] - parameters[2][c] * affine.scale[c]);
    if (!std::isfinite(affine.scale[c])) return std::nullopt;
  }
  return affine;
}

bool Fuse(const Match& match) {
  Node* linear = match.node("a");
  const std::optional<size_t> channels = OutputChannels(*linear);
  if (!channels || linear->graph()->model()->opset() < 7) return false;
  const std::optional<Affine> affine = AffineOf(match, *channels);
  if (!affine || !ApplyAffine(linear, *affine)) return false;
  Replace(match, match["a"]);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model, {{R"(
    a = Conv|ConvTranspose|Gemm(x, const w, ...)
    y = BatchNormalization<training_mode=0?, spatial=1?>(
            a, const scale, const shift, const mean, const var)
  )",
                          Fuse}});
}

}  // namespace

Pass fuse_conv_batch_norm_pass() {
  return {"fuse_conv_batch_norm", "BatchNormalization into the weights before it", Run};
}

}  // namespace mmdeploy::graph
