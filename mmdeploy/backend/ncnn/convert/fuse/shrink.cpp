#include <cmath>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Shrink for what PyTorch exports of softshrink and hardshrink:
//
//   p = Where(Greater(x, l), Sub(x, l), 0)       y = Shrink<bias=l, lambd=l>(x)
//   n = Where(Less(x, -l), Add(x, l), 0)
//   y = Add(p, n)
//
//   y = Where(Or(Greater(x, l), Less(x, -l)), x, 0)   y = Shrink<bias=0, lambd=l>(x)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

std::optional<float> NumberOf(const Match& match, std::string_view name) {
  const Value* value = match[name];
  const auto number = value ? graph::ConstantNumber(value) : std::nullopt;
  const auto rank = graph::Rank(match["x"]);
  if (!number || !rank || value->constant()->rank() > *rank || !std::isfinite(*number)) return {};
  return static_cast<float>(*number);
}

bool ToShrink(const Match& match, float bias, float lambd) {
  graph::Node* node = ReplaceBy(match, "Shrink", {match["x"]});
  node->Set("bias", bias);
  node->Set("lambd", lambd);
  return true;
}

// `a`, `b`: the bounds; `c`, `d`: what is taken off above the first and added below the second.
bool Soft(const Match& match) {
  const auto a = NumberOf(match, "a"), b = NumberOf(match, "b");
  const auto c = NumberOf(match, "c"), d = NumberOf(match, "d");
  if (!a || !b || !c || !d || *a < 0 || *b != -*a || *c != *d) return false;
  return ToShrink(match, *c, *a);
}

// As above; the graph's own passes may have made a sum with -l of the difference.
bool SoftBySum(const Match& match) {
  const auto a = NumberOf(match, "a"), b = NumberOf(match, "b");
  const auto c = NumberOf(match, "c"), d = NumberOf(match, "d");
  if (!a || !b || !c || !d || *a < 0 || *b != -*a || *c != -*d) return false;
  return ToShrink(match, *d, *a);
}

bool Hard(const Match& match) {
  const auto a = NumberOf(match, "a"), b = NumberOf(match, "b");
  if (!a || !b || *a < 0 || *b != -*a) return false;
  return ToShrink(match, 0, *a);
}

bool HardByMagnitude(const Match& match) {
  const auto a = NumberOf(match, "a");
  return a && *a >= 0 && ToShrink(match, 0, *a);
}

constexpr std::string_view kSoft = R"(
  p = Where(Greater(x, const a), Sub(x, const c), 0)
  n = Where(Less(x, const b), Add(x, const d), 0)
  y = Add(p, n)
)";

constexpr std::string_view kSoftBySum = R"(
  p = Where(Greater(x, const a), Add(x, const c), 0)
  n = Where(Less(x, const b), Add(x, const d), 0)
  y = Add(p, n)
)";

}  // namespace

Result<int64_t> fuse_shrink(graph::Model* model) {
  return Rewrite(
      model,
      {{kSoft, Soft},
       {kSoftBySum, SoftBySum},
       {"c = Or(Cast?(Greater(x, const a)), Cast?(Less(x, const b)))  y = Where(c, x, 0)", Hard},
       {"y = Where(Greater(Abs(x), const a), x, 0)", HardByMagnitude}});
}

}  // namespace mmdeploy::ncnn_convert
