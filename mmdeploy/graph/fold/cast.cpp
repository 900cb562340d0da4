// Changes of the element type.

#include <cmath>
#include <limits>

#include "mmdeploy/base/half.h"
#include "mmdeploy/graph/fold/evaluate_context.h"

namespace mmdeploy::graph {

namespace {

// One element; false where the number does not fit and engines differ.
template <class To, class From>
bool Convert(From from, To* to) {
  if constexpr (std::is_floating_point_v<From> && !std::is_floating_point_v<To>) {
    // 2^digits is exact in every floating type, the largest integer may not be.
    const double limit = std::ldexp(1.0, std::numeric_limits<To>::digits);
    const double low = std::is_signed_v<To> ? -limit : 0.0;
    const double number = std::trunc(static_cast<double>(from));
    if (!(number >= low && number < limit)) return false;
  }
  *to = static_cast<To>(from);  // NOLINT(bugprone-signed-char-misuse): int8 is a number here
  return true;
}

// Half precision is read and written through float, booleans as 0 and 1.
template <class F>
bool WithSource(const TensorData& tensor, F&& f) {
  if (tensor.type() == ElementType::kFloat16) {
    std::vector<float> values;
    for (uint16_t bits : tensor.Values<uint16_t>()) values.push_back(HalfToFloat(bits));
    return f(values), true;
  }
  if (tensor.type() == ElementType::kBool) return f(tensor.Values<uint8_t>()), true;
  return WithNumbers(tensor.type(), [&](auto zero) { f(tensor.Values<decltype(zero)>()); });
}

template <class From>
bool Write(const std::vector<From>& values, ElementType to, std::string* bytes) {
  bool fits = true;
  auto write = [&](size_t i, auto value) {
    std::memcpy(bytes->data() + i * sizeof(value), &value, sizeof(value));
  };
  if (to == ElementType::kBool) {
    for (size_t i = 0; i < values.size(); ++i) write(i, static_cast<uint8_t>(values[i] != 0));
    return true;
  }
  if (to == ElementType::kFloat16) {
    for (size_t i = 0; i < values.size(); ++i) write(i, FloatToHalf(static_cast<float>(values[i])));
    return true;
  }
  const bool known = WithNumbers(to, [&](auto zero) {
    for (size_t i = 0; i < values.size() && fits; ++i) {
      decltype(zero) value = 0;
      fits = Convert(values[i], &value);
      write(i, value);
    }
  });
  return known && fits;
}

Result<Outputs> CastTo(EvaluateContext& c, ElementType to) {
  const TensorData& from = c.in(0);
  if (from.type() == to) return Outputs{c.ptr(0)};
  MMDEPLOY_TRY(std::string bytes, c.Allocate(to, from.dims()));
  bool done = false;
  const bool known =
      WithSource(from, [&](const auto& values) { done = Write(values, to, &bytes); });
  if (!known || !done) return c.Decline();
  return Outputs{TensorData::Own(to, from.dims(), std::move(bytes))};
}

Result<Outputs> Cast(EvaluateContext& c) {
  return CastTo(c, static_cast<ElementType>(c.node().Int("to", 0)));
}

Result<Outputs> CastLike(EvaluateContext& c) { return CastTo(c, c.in(1).type()); }

constexpr Evaluator kEvaluators[] = {
    {"Cast", 1, 1, Cast},
    {"CastLike", 2, 2, CastLike},
};

}  // namespace

Span<const Evaluator> CastEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
