#include <cmath>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/affine.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// Puts factors and summands per channel into the weights of what comes before:
//
//   a = Conv(x, w)                       y = Conv(x, w1, bias)
//   b = Mul(a, {C,1,1})
//   y = Add(b, {C,1,1})
//
// Conv, ConvTranspose and Gemm with constant weights that nothing else uses.

namespace mmdeploy::graph {

namespace {

// y = a op c, or c op a.
std::optional<Affine> AffineOf(const std::string& op, bool constant_first,
                               const std::vector<double>& numbers) {
  Affine affine{std::vector<double>(numbers.size(), 1.0), std::vector<double>(numbers.size(), 0.0)};
  for (size_t c = 0; c < numbers.size(); ++c) {
    if (!std::isfinite(numbers[c])) return std::nullopt;
    if (op == "Mul") affine.scale[c] = numbers[c];
    if (op == "Div") affine.scale[c] = 1 / numbers[c];
    if (op == "Add") affine.shift[c] = numbers[c];
    if (op == "Sub") affine.shift[c] = constant_first ? numbers[c] : -numbers[c];
    if (op == "Sub" && constant_first) affine.scale[c] = -1;
    if (!std::isfinite(affine.scale[c])) return std::nullopt;
  }
  return affine;
}

bool Fuse(const Match& match) {
  Node* linear = match.node("a");
  const Node* node = match.root();
  const std::optional<size_t> channels = OutputChannels(*linear);
  if (!channels || linear->graph()->model()->opset() < 7) return false;
  const auto numbers = PerChannel(match["c"], *channels, DimsAfterChannels(*linear));
  const bool constant_first = node->input(0) == match["c"];
  if (!numbers) return false;
  const std::optional<Affine> affine = AffineOf(node->op(), constant_first, *numbers);
  if (!affine || !ApplyAffine(linear, *affine)) return false;
  Replace(match, match["a"]);
  return true;
}

Result<int64_t> Run(Model* model) {
  return Rewrite(model,
                 {
                     {"a = Conv|ConvTranspose|Gemm(x, const w, ...)"
                      "y = Add|Mul|Sub|Div(a, const c)",
                      Fuse},
                     {"a = Conv|ConvTranspose|Gemm(x, const w, ...)  y = Sub(const c, a)", Fuse},
                 });
}

}  // namespace

Pass fuse_conv_scale_pass() {
  return {"fuse_conv_scale", "Mul, Add, Div, Sub per channel into the weights before them", Run};
}

}  // namespace mmdeploy::graph
