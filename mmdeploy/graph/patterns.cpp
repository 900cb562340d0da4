#include "mmdeploy/graph/patterns.h"

#include <algorithm>

#include "mmdeploy/graph/passes/facts.h"

namespace mmdeploy::graph {

namespace {

// How x is divided by sqrt(2), and where the half stands.
constexpr std::string_view kExactGelu[] = {
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, e), 0.5)",
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(Mul(x, 0.5), e)",
    "e = Add(Erf(Div(x, 1.41421356)), 1)  y = Mul(x, Mul(e, 0.5))",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(Mul(x, e), 0.5)",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(Mul(x, 0.5), e)",
    "e = Add(Erf(Mul(x, 0.70710678)), 1)  y = Mul(x, Mul(e, 0.5))",
};

constexpr std::string_view kTanhGelu[] = {
    R"(i = Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.79788456)
       y = Mul(Mul(x, 0.5), Add(Tanh(i), 1)))",
    R"(i = Mul(Add(x, Mul(Pow(x, 3), 0.044715)), 0.79788456)
       y = Mul(Mul(x, Add(Tanh(i), 1)), 0.5))",
    // As PyTorch exports it.
    R"(i = Mul(Add(x, Mul(Mul(x, Mul(x, x)), 0.044715)), 0.79788456)
       y = Mul(Mul(x, Add(Tanh(i), 1)), 0.5))",
};

constexpr std::string_view kWithSummand[] = {
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Pow(d, 2), ...)
       n = Div(d, Sqrt(Add(v, const epsilon)))
       y = Add(Mul(n, w), b))",
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Mul(d, d), ...)
       n = Div(d, Sqrt(Add(v, const epsilon)))
       y = Add(Mul(n, w), b))",
};

constexpr std::string_view kWithFactor[] = {
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Pow(d, 2), ...)
       n = Div(d, Sqrt(Add(v, const epsilon)))
       y = Mul(n, w))",
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Mul(d, d), ...)
       n = Div(d, Sqrt(Add(v, const epsilon)))
       y = Mul(n, w))",
};

constexpr std::string_view kPlain[] = {
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Pow(d, 2), ...)
       y = Div(d, Sqrt(Add(v, const epsilon))))",
    R"(m = ReduceMean(x, ...)
       d = Sub(x, m)
       v = ReduceMean(Mul(d, d), ...)
       y = Div(d, Sqrt(Add(v, const epsilon))))",
};

template <class Patterns>
Result<int64_t> RewriteAll(Model* model, const Patterns& patterns,
                           const std::function<bool(const Match&)>& rewrite) {
  std::vector<Rule> rules;
  for (const std::string_view pattern : patterns) rules.push_back({pattern, rewrite});
  return Rewrite(model, rules);
}

// Axes as negative numbers are the last ones: {-1}, {-2,-1}. Answers the first, or 0.
int64_t FirstOfLast(const Node& mean, const Value& x) {
  const auto axes = IntsOf(mean, "axes", 1);
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

// Whether a parameter has just the dimensions that are normalised; one that is left out has.
bool FitsLast(const Value* parameter, const Value& x, int64_t axis) {
  if (!parameter) return true;
  if (!parameter->type.dims || !x.type.dims) return false;
  return *parameter->type.dims == Dims(x.type.dims->end() + axis, x.type.dims->end());
}

bool RewriteLayerNorm(const Match& match, const LayerNormRewrite& rewrite) {
  Value* x = match["x"];
  const int64_t axis = FirstOfLast(*match.node("m"), *x);
  const std::optional<double> epsilon = ConstantNumber(match["epsilon"]);
  if (axis == 0 || FirstOfLast(*match.node("v"), *x) != axis || !epsilon) return false;
  // An epsilon of more dimensions than x would add them to the result.
  if (match["epsilon"]->constant()->rank() > *Rank(x)) return false;
  const LayerNormParts parts = {x, match["w"], match["b"], axis, static_cast<float>(*epsilon)};
  if (!FitsLast(parts.factor, *x, axis) || !FitsLast(parts.summand, *x, axis)) return false;
  return rewrite(match, parts);
}

}  // namespace

Result<int64_t> RewriteGelus(Model* model, const GeluRewrite& rewrite) {
  const auto exact = [&](const Match& match) { return rewrite(match, false); };
  const auto tanh = [&](const Match& match) { return rewrite(match, true); };
  MMDEPLOY_TRY(const int64_t exact_count, RewriteAll(model, kExactGelu, exact));
  MMDEPLOY_TRY(const int64_t tanh_count, RewriteAll(model, kTanhGelu, tanh));
  return exact_count + tanh_count;
}

Result<int64_t> RewriteLayerNorms(Model* model, const LayerNormRewrite& rewrite) {
  const auto fuse = [&](const Match& match) { return RewriteLayerNorm(match, rewrite); };
  MMDEPLOY_TRY(const int64_t whole, RewriteAll(model, kWithSummand, fuse));
  MMDEPLOY_TRY(const int64_t scaled, RewriteAll(model, kWithFactor, fuse));
  MMDEPLOY_TRY(const int64_t plain, RewriteAll(model, kPlain, fuse));
  return whole + scaled + plain;
}

}  // namespace mmdeploy::graph
