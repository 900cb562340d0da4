// Comparisons and logic.

#include <cmath>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

// Two tensors of one type to booleans.
template <class F>
Result<Outputs> Compare(EvaluateContext& c, F&& f) {
  const TensorData &a = c.in(0), &b = c.in(1);
  if (a.type() != b.type())
    return c.Fail("the inputs are {} and {}", Name(a.type()), Name(b.type()));
  MMDEPLOY_TRY(const Shape64 dims, BroadcastShapes(c, a.dims(), b.dims()));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(ElementType::kBool, dims));
  auto compare = [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> x = BroadcastValues<T>(a, dims), y = BroadcastValues<T>(b, dims);
    for (size_t i = 0; i < x.size(); ++i) bytes[i] = f(x[i], y[i]) ? 1 : 0;
  };
  if (a.type() == ElementType::kBool) {
    compare(uint8_t{});
  } else if (!WithNumbers(a.type(), compare)) {
    return c.Decline();
  }
  return Outputs{TensorData::Own(ElementType::kBool, dims, std::move(bytes))};
}

Result<Outputs> Equal(EvaluateContext& c) {
  return Compare(c, [](auto x, auto y) { return x == y; });
}
Result<Outputs> Greater(EvaluateContext& c) {
  return Compare(c, [](auto x, auto y) { return x > y; });
}
Result<Outputs> GreaterOrEqual(EvaluateContext& c) {
  return Compare(c, [](auto x, auto y) { return x >= y; });
}
Result<Outputs> Less(EvaluateContext& c) {
  return Compare(c, [](auto x, auto y) { return x < y; });
}
Result<Outputs> LessOrEqual(EvaluateContext& c) {
  return Compare(c, [](auto x, auto y) { return x <= y; });
}

// Booleans only.
template <class F>
Result<Outputs> Logic(EvaluateContext& c, F&& f) {
  if (c.in(0).type() != ElementType::kBool) {
    return c.Fail("input 0 is {}, needed bool", Name(c.in(0).type()));
  }
  return Compare(c, [&](auto x, auto y) { return f(x != 0, y != 0); });
}

Result<Outputs> And(EvaluateContext& c) {
  return Logic(c, [](bool x, bool y) { return x && y; });
}
Result<Outputs> Or(EvaluateContext& c) {
  return Logic(c, [](bool x, bool y) { return x || y; });
}
Result<Outputs> Xor(EvaluateContext& c) {
  return Logic(c, [](bool x, bool y) { return x != y; });
}

Result<Outputs> Not(EvaluateContext& c) {
  const TensorData& a = c.in(0);
  if (a.type() != ElementType::kBool) return c.Fail("input 0 is {}, needed bool", Name(a.type()));
  std::string bytes(a.bytes());
  for (char& value : bytes) value = value ? 0 : 1;
  return Outputs{TensorData::Own(a.type(), a.dims(), std::move(bytes))};
}

Result<Outputs> IsNaN(EvaluateContext& c) {
  const TensorData& a = c.in(0);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(ElementType::kBool, a.dims()));
  const bool known = WithNumbers(a.type(), [&](auto zero) {
    const auto values = a.Values<decltype(zero)>();
    for (size_t i = 0; i < values.size(); ++i) bytes[i] = values[i] != values[i] ? 1 : 0;
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(ElementType::kBool, a.dims(), std::move(bytes))};
}

Result<Outputs> Where(EvaluateContext& c) {
  const TensorData &condition = c.in(0), &a = c.in(1), &b = c.in(2);
  if (condition.type() != ElementType::kBool || a.type() != b.type()) {
    return c.Fail("the inputs are {}, {} and {}", Name(condition.type()), Name(a.type()),
                  Name(b.type()));
  }
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(a.type()));
  MMDEPLOY_TRY(const Shape64 pair, BroadcastShapes(c, a.dims(), b.dims()));
  MMDEPLOY_TRY(const Shape64 dims, BroadcastShapes(c, condition.dims(), pair));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(a.type(), dims));
  std::string other(bytes.size(), '\0');
  const Strided places = Contiguous(dims);
  CopyStrided(dims, a.bytes().data(), Broadcasted(a.dims(), dims), bytes.data(), places, size);
  CopyStrided(dims, b.bytes().data(), Broadcasted(b.dims(), dims), other.data(), places, size);
  const std::vector<uint8_t> chosen = BroadcastValues<uint8_t>(condition, dims);
  for (size_t i = 0; i < chosen.size(); ++i) {
    if (!chosen[i]) std::memcpy(bytes.data() + i * size, other.data() + i * size, size);
  }
  return Outputs{TensorData::Own(a.type(), dims, std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"And", 2, 2, And},
    {"Equal", 2, 2, Equal, true},
    {"Greater", 2, 2, Greater, true},
    {"GreaterOrEqual", 2, 2, GreaterOrEqual, true},
    {"IsNaN", 1, 1, IsNaN, true},
    {"Less", 2, 2, Less, true},
    {"LessOrEqual", 2, 2, LessOrEqual, true},
    {"Not", 1, 1, Not},
    {"Or", 2, 2, Or},
    {"Where", 3, 3, Where},
    {"Xor", 2, 2, Xor},
};

}  // namespace

Span<const Evaluator> CompareEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
