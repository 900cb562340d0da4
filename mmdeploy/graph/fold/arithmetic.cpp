// Numbers to numbers, element by element.

#include <algorithm>
#include <cmath>
#include <limits>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

// Integers wrap around, as they do in every engine, without undefined behaviour.
template <class T, class F>
T Wrap(T a, T b, F&& f) {
  if constexpr (std::is_floating_point_v<T>) {
    return f(a, b);
  } else {
    return static_cast<T>(f(static_cast<uint64_t>(a), static_cast<uint64_t>(b)));
  }
}

template <class T>
bool IsOverflow(T a, T b) {
  return std::is_signed_v<T> && !std::is_floating_point_v<T> &&
         a == std::numeric_limits<T>::lowest() && b == static_cast<T>(-1);
}

// Two tensors of one type; `f(a, b, &result)` answers whether the pair is valid.
template <class F>
Result<Outputs> Binary(EvaluateContext& c, const char* invalid, F&& f) {
  const TensorData &a = c.in(0), &b = c.in(1);
  if (a.type() != b.type())
    return c.Fail("the inputs are {} and {}", Name(a.type()), Name(b.type()));
  MMDEPLOY_TRY(const Shape64 dims, BroadcastShapes(c, a.dims(), b.dims()));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(a.type(), dims));
  bool valid = true;
  const bool known = WithNumbers(a.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> x = BroadcastValues<T>(a, dims), y = BroadcastValues<T>(b, dims);
    std::vector<T> z(x.size());
    for (size_t i = 0; i < x.size() && valid; ++i) valid = f(x[i], y[i], &z[i]);
    if (!bytes.empty()) std::memcpy(bytes.data(), z.data(), bytes.size());
  });
  if (!known) return c.Decline();
  if (!valid) return c.Fail("{}", invalid);
  return Outputs{TensorData::Own(a.type(), dims, std::move(bytes))};
}

Result<Outputs> Add(EvaluateContext& c) {
  return Binary(c, "", [](auto x, auto y, auto* z) {
    *z = Wrap(x, y, [](auto a, auto b) { return a + b; });
    return true;
  });
}

Result<Outputs> Sub(EvaluateContext& c) {
  return Binary(c, "", [](auto x, auto y, auto* z) {
    *z = Wrap(x, y, [](auto a, auto b) { return a - b; });
    return true;
  });
}

Result<Outputs> Mul(EvaluateContext& c) {
  return Binary(c, "", [](auto x, auto y, auto* z) {
    *z = Wrap(x, y, [](auto a, auto b) { return a * b; });
    return true;
  });
}

Result<Outputs> Div(EvaluateContext& c) {
  return Binary(c, "a division of integers by 0, or one that overflows",
                [](auto x, auto y, auto* z) {
                  if constexpr (!std::is_floating_point_v<decltype(x)>) {
                    if (y == 0 || IsOverflow(x, y)) return false;
                  }
                  *z = x / y;
                  return true;
                });
}

// The sign is that of the divisor, or with fmod that of the dividend.
template <class T>
bool Modulo(T x, T y, bool fmod, T* z) {
  if constexpr (std::is_floating_point_v<T>) {
    *z = std::fmod(x, y);
    if (!fmod && *z != 0 && (*z < 0) != (y < 0)) *z += y;
    return true;
  } else {
    if (y == 0) return false;
    *z = IsOverflow(x, y) ? T{0} : static_cast<T>(x % y);
    if (!fmod && *z != 0 && (*z < 0) != (y < 0)) *z = static_cast<T>(*z + y);
    return true;
  }
}

Result<Outputs> Mod(EvaluateContext& c) {
  const bool fmod = c.node().Int("fmod", 0) != 0;
  return Binary(c, "a remainder of integers by 0",
                [fmod](auto x, auto y, auto* z) { return Modulo(x, y, fmod, z); });
}

// The exponent may be of another type; integers are computed through double, as engines do.
Result<Outputs> Pow(EvaluateContext& c) {
  const TensorData &a = c.in(0), &b = c.in(1);
  MMDEPLOY_TRY(const Shape64 dims, BroadcastShapes(c, a.dims(), b.dims()));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(a.type(), dims));
  bool known = false, fits = true;
  WithNumbers(a.type(), [&](auto base) {
    using T = decltype(base);
    known = WithNumbers(b.type(), [&](auto exponent) {
      using E = decltype(exponent);
      const std::vector<T> x = BroadcastValues<T>(a, dims);
      const std::vector<E> y = BroadcastValues<E>(b, dims);
      std::vector<T> z(x.size());
      for (size_t i = 0; i < x.size(); ++i) {
        const double power = std::pow(static_cast<double>(x[i]), static_cast<double>(y[i]));
        if (!std::is_floating_point_v<T>) {
          fits = fits && power >= static_cast<double>(std::numeric_limits<T>::lowest()) &&
                 power < static_cast<double>(std::numeric_limits<T>::max());
          if (!fits) return;
        }
        z[i] = static_cast<T>(power);
      }
      if (!bytes.empty()) std::memcpy(bytes.data(), z.data(), bytes.size());
    });
  });
  if (!known) return c.Decline();
  if (!fits) return c.Fail("a power does not fit into {}", Name(a.type()));
  return Outputs{TensorData::Own(a.type(), dims, std::move(bytes))};
}

// Any number of tensors, two at a time.
template <class F>
Result<Outputs> Variadic(EvaluateContext& c, F&& f) {
  TensorPtr result = c.ptr(0);
  for (size_t i = 1; i < c.num_inputs(); ++i) {
    if (!c.Has(i)) return c.Fail("input {} is missing", i);
    const std::vector<TensorPtr> pair = {result, c.ptr(i)};
    const int64_t limit = static_cast<int64_t>(result->bytes().size() + c.in(i).bytes().size());
    EvaluateContext inner(c.node(), c.opset(), pair, std::max<int64_t>(limit, 1 << 16));
    Result<Outputs> outputs = f(inner);
    if (!outputs) return inner.declined() ? c.Decline() : MakeError(std::move(outputs).error());
    result = (*outputs)[0];
  }
  return Outputs{std::move(result)};
}

Result<Outputs> Sum(EvaluateContext& c) { return Variadic(c, Add); }

// Not-a-number wins.
Result<Outputs> Min(EvaluateContext& c) {
  return Variadic(c, [](EvaluateContext& pair) {
    return Binary(pair, "", [](auto x, auto y, auto* z) {
      *z = x != x || x < y ? x : y;
      return true;
    });
  });
}

Result<Outputs> Max(EvaluateContext& c) {
  return Variadic(c, [](EvaluateContext& pair) {
    return Binary(pair, "", [](auto x, auto y, auto* z) {
      *z = x != x || x > y ? x : y;
      return true;
    });
  });
}

template <class F>
Result<Outputs> Unary(EvaluateContext& c, F&& f) {
  const TensorData& a = c.in(0);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(a.type(), a.dims()));
  const bool known = WithNumbers(a.type(), [&](auto zero) {
    auto values = a.Values<decltype(zero)>();
    for (auto& value : values) value = static_cast<decltype(zero)>(f(value));
    if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(a.type(), a.dims(), std::move(bytes))};
}

// Functions of floating numbers only.
template <class F>
Result<Outputs> FloatUnary(EvaluateContext& c, F&& f) {
  const ElementType type = c.in(0).type();
  if (type != ElementType::kFloat32 && type != ElementType::kFloat64) return c.Decline();
  return Unary(c, [&](auto x) {
    if constexpr (std::is_floating_point_v<decltype(x)>) {
      return f(x);
    } else {
      return x;
    }
  });
}

Result<Outputs> Abs(EvaluateContext& c) {
  return Unary(c, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) return std::abs(x);
    return x < 0 ? Wrap(T{0}, x, [](auto a, auto b) { return a - b; }) : x;
  });
}

Result<Outputs> Neg(EvaluateContext& c) {
  return Unary(c, [](auto x) {
    using T = decltype(x);
    if constexpr (std::is_floating_point_v<T>) return -x;
    return Wrap(T{0}, x, [](auto a, auto b) { return a - b; });
  });
}

Result<Outputs> Sign(EvaluateContext& c) {
  return Unary(c, [](auto x) {
    return x > 0 ? decltype(x){1} : x < 0 ? static_cast<decltype(x)>(-1) : x;
  });
}

Result<Outputs> Relu(EvaluateContext& c) {
  return Unary(c, [](auto x) { return x < 0 ? decltype(x){0} : x; });
}

Result<Outputs> Clip(EvaluateContext& c) {
  std::vector<TensorPtr> bounds = {nullptr, nullptr};
  for (size_t i = 0; i < 2; ++i) {
    if (c.opset() >= 11) {
      if (c.Has(i + 1)) bounds[i] = c.ptr(i + 1);
    } else if (const float* bound = c.node().Get<float>(i == 0 ? "min" : "max")) {
      bounds[i] = TensorData::Scalar<float>(*bound);
    }
    if (bounds[i] && (bounds[i]->num_elements() != 1 || bounds[i]->type() != c.in(0).type())) {
      return c.Fail("a bound must be one number of {}", Name(c.in(0).type()));
    }
  }
  return Unary(c, [&](auto x) {
    using T = decltype(x);
    if (bounds[0] && x < bounds[0]->At<T>(0)) x = bounds[0]->At<T>(0);
    if (bounds[1] && x > bounds[1]->At<T>(0)) x = bounds[1]->At<T>(0);
    return x;
  });
}

// std::nearbyint rounds halves to even, which is what ONNX asks for.
Result<Outputs> Round(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::nearbyint(x); });
}
Result<Outputs> Floor(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::floor(x); });
}
Result<Outputs> Ceil(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::ceil(x); });
}
Result<Outputs> Sqrt(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::sqrt(x); });
}
Result<Outputs> Exp(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::exp(x); });
}
Result<Outputs> Log(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::log(x); });
}
Result<Outputs> Reciprocal(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return 1 / x; });
}
Result<Outputs> Sin(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::sin(x); });
}
Result<Outputs> Cos(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::cos(x); });
}
Result<Outputs> Tanh(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return std::tanh(x); });
}
Result<Outputs> Sigmoid(EvaluateContext& c) {
  return FloatUnary(c, [](auto x) { return 1 / (1 + std::exp(-x)); });
}

constexpr Evaluator kEvaluators[] = {
    {"Abs", 1, 1, Abs, true},          {"Add", 2, 2, Add, true},
    {"Ceil", 1, 1, Ceil, true},        {"Clip", 1, 3, Clip, true},
    {"Cos", 1, 1, Cos, true},          {"Div", 2, 2, Div, true},
    {"Exp", 1, 1, Exp, true},          {"Floor", 1, 1, Floor, true},
    {"Log", 1, 1, Log, true},          {"Max", 1, kAnyNumber, Max, true},
    {"Min", 1, kAnyNumber, Min, true}, {"Mod", 2, 2, Mod, true},
    {"Mul", 2, 2, Mul, true},          {"Neg", 1, 1, Neg, true},
    {"Pow", 2, 2, Pow, true},          {"Reciprocal", 1, 1, Reciprocal, true},
    {"Relu", 1, 1, Relu, true},        {"Round", 1, 1, Round, true},
    {"Sigmoid", 1, 1, Sigmoid, true},  {"Sign", 1, 1, Sign, true},
    {"Sin", 1, 1, Sin, true},          {"Sqrt", 1, 1, Sqrt, true},
    {"Sub", 2, 2, Sub, true},          {"Sum", 1, kAnyNumber, Sum, true},
    {"Tanh", 1, 1, Tanh, true},
};

}  // namespace

Span<const Evaluator> ArithmeticEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
