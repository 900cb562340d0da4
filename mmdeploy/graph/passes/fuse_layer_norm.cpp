#include <numeric>

#include "mmdeploy/graph/match.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"

// LayerNormalization for its parts:
//
//   m = ReduceMean<axes=[-1]>(x)         y = LayerNormalization<axis=-1>(x, w, b)
//   d = Sub(x, m)
//   v = ReduceMean<axes=[-1]>(Pow(d, {2}))
//   n = Div(d, Sqrt(Add(v, {1e-5})))
//   y = Add(Mul(n, w), b)
//
// Operator set 17 and newer, which has LayerNormalization. Stays: a mean over other than the last
// dimensions, and without a factor: LayerNormalization needs one.

namespace mmdeploy::graph {

namespace {

// Axes as negative numbers are the last ones: {-1}, {-2,-1}. Answers the first, or 0.
int64_t FirstOfLast(const Node& mean, const Value& x) {
  auto axes = IntsOf(mean, "axes", 1);
  if (!axes || axes->empty() || mean.Int("keepdims", 1) == 0 || !Rank(&x)) return 0;
  const auto rank = static_cast<int64_t>(*Rank(&x));
  int64_t sum = 0;
  int64_t first = 0;
  for (int64_t axis : *axes) {
    if (axis >= 0) axis -= rank;
    sum += axis;
    first = std::min(first, axis);
  }
  const auto count = static_cast<int64_t>(axes->size());
  if (count > rank) return 0;
  return first == -count && sum == -count * (count + 1) / 2 ? first : 0;
}

// Whether `parameter` has just the dimensions that are normalised.
bool FitsLast(const Value& parameter, const Value& x, int64_t first) {
  if (!parameter.type.dims || !x.type.dims) return false;
  const Dims last(x.type.dims->end() + first, x.type.dims->end());
  return *parameter.type.dims == last;
}

bool Fuse(const Match& match) {
  Value* x = match["x"];
  const int64_t axis = FirstOfLast(*match.node("m"), *x);
  if (axis == 0 || FirstOfLast(*match.node("v"), *x) != axis) return false;
  const std::optional<double> epsilon = ConstantNumber(match["epsilon"]);
  Value* factor = match["w"];
  Value* summand = match["b"];
  if (!epsilon || !IsCommonFloat(x) || !SameElement(x, factor)) return false;
  if (!FitsLast(*factor, *x, axis)) return false;
  if (summand && (!SameElement(x, summand) || !FitsLast(*summand, *x, axis))) return false;
  std::vector<Value*> inputs = {x, factor};
  if (summand) inputs.push_back(summand);
  Value* y = match["y"];
  Value* norm = match.graph()->AddOp("LayerNormalization", inputs, match.root(), y->name());
  norm->producer()->Set("axis", axis);
  norm->producer()->Set("epsilon", static_cast<float>(*epsilon));
  norm->type = y->type;
  Replace(match, norm);
  return true;
}

constexpr std::string_view kWithShift = R"(
  m = ReduceMean(x, ...)
  d = Sub(x, m)
  v = ReduceMean(Pow(d, 2), ...)
  n = Div(d, Sqrt(Add(v, const epsilon)))
  y = Add(Mul(n, w), b)
)";

constexpr std::string_view kWithShiftSquare = R"(
  m = ReduceMean(x, ...)
  d = Sub(x, m)
  v = ReduceMean(Mul(d, d), ...)
  n = Div(d, Sqrt(Add(v, const epsilon)))
  y = Add(Mul(n, w), b)
)";

constexpr std::string_view kScaleOnly = R"(
  m = ReduceMean(x, ...)
  d = Sub(x, m)
  v = ReduceMean(Pow(d, 2), ...)
  n = Div(d, Sqrt(Add(v, const epsilon)))
  y = Mul(n, w)
)";

Result<int64_t> Run(Model* model) {
  if (model->opset() < 17) return 0;
  MMDEPLOY_TRY(const int64_t whole, Rewrite(model, {{kWithShift, Fuse}, {kWithShiftSquare, Fuse}}));
  MMDEPLOY_TRY(const int64_t part, Rewrite(model, {{kScaleOnly, Fuse}}));
  return whole + part;
}

}  // namespace

Pass fuse_layer_norm_pass() {
  return {"fuse_layer_norm", "LayerNormalization for its parts, from operator set 17", Run};
}

}  // namespace mmdeploy::graph
