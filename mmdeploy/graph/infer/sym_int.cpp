#include "mmdeploy/graph/infer/sym_int.h"

#include <fmt/format.h>

#include <cmath>

#include "mmdeploy/graph/infer/expression.h"

namespace mmdeploy::graph {

namespace {

std::optional<Expression> ToExpression(const SymInt& number) {
  if (number.is_known()) return Expression(number.value());
  return number.is_symbol() ? Expression::FromSymbol(number.symbol()) : std::nullopt;
}

SymInt FromExpression(const std::optional<Expression>& expression) {
  if (!expression) return {};
  if (std::optional<int64_t> number = expression->AsNumber()) return *number;
  std::optional<std::string> text = expression->Print();
  return text ? SymInt::Symbol(std::move(*text)) : SymInt();
}

template <class F>
SymInt Combine(const SymInt& a, const SymInt& b, F&& f) {
  std::optional<Expression> left = ToExpression(a);
  std::optional<Expression> right = ToExpression(b);
  return left && right ? FromExpression(f(*left, *right)) : SymInt();
}

// Opaque functions are written with their arguments, so that equal calls have equal text.
SymInt Call(std::string_view function, const SymInt& a, const SymInt& b) {
  if (a.is_unknown() || b.is_unknown()) return {};
  return FromExpression(Expression::Call(function, Name(a), Name(b)));
}

int64_t FloorOf(int64_t a, int64_t b) { return a / b - ((a % b != 0) && ((a < 0) != (b < 0))); }

// INT64_MIN / -1 does not fit.
bool Divides(const SymInt& a, const SymInt& b) {
  return a.is_known() && b.is_known() && b.value() != 0 &&
         !(a.value() == INT64_MIN && b.value() == -1);
}

}  // namespace

Dim SymInt::ToDim() const {
  if (is_known()) return *value_ >= 0 ? Dim(*value_) : Dim();
  return is_symbol() ? Dim(symbol_) : Dim();
}

std::string Name(const SymInt& number) {
  if (number.is_known()) return std::to_string(number.value());
  return number.is_symbol() ? number.symbol() : "?";
}

SymInt operator+(const SymInt& a, const SymInt& b) {
  if (a.is_known() && a.value() == 0) return b;
  if (b.is_known() && b.value() == 0) return a;
  return Combine(a, b, [](const Expression& x, const Expression& y) { return x.Add(y); });
}

SymInt operator-(const SymInt& a, const SymInt& b) {
  if (b.is_known() && b.value() == 0) return a;
  return Combine(a, b, [](const Expression& x, const Expression& y) { return x.Add(y, -1); });
}

SymInt operator*(const SymInt& a, const SymInt& b) {
  if (a.is_known() && a.value() == 1) return b;
  if (b.is_known() && b.value() == 1) return a;
  if ((a.is_known() && a.value() == 0) || (b.is_known() && b.value() == 0)) return 0;
  return Combine(a, b, [](const Expression& x, const Expression& y) { return x.Multiply(y); });
}

SymInt FloorDiv(const SymInt& a, const SymInt& b) {
  if (b.is_known() && b.value() == 1) return a;
  if (a.is_known() && b.is_known()) {
    return Divides(a, b) ? SymInt(FloorOf(a.value(), b.value())) : SymInt();
  }
  if (b.is_known()) {
    if (b.value() < 1) return {};
    return Combine(
        a, b, [&](const Expression& x, const Expression&) { return x.FloorDivide(b.value()); });
  }
  if (a == b) return 1;
  return Call("div", a, b);
}

SymInt CeilDiv(const SymInt& a, const SymInt& b) { return FloorDiv(a + b - 1, b); }

SymInt TruncDiv(const SymInt& a, const SymInt& b) {
  if (a.is_known() && b.is_known()) {
    return Divides(a, b) ? SymInt(a.value() / b.value()) : SymInt();
  }
  if (IsNonNegative(a) && IsNonNegative(b)) return FloorDiv(a, b);
  return Call("trunc", a, b);
}

SymInt ExactDiv(const SymInt& a, const SymInt& b) {
  if (b.is_known()) return FloorDiv(a, b);
  SymInt quotient =
      Combine(a, b, [](const Expression& x, const Expression& y) { return x.DivideExactly(y); });
  return quotient.is_unknown() ? Call("div", a, b) : quotient;
}

SymInt Min(const SymInt& a, const SymInt& b) {
  if (a == b) return a;
  if (std::optional<bool> less = Less(a, b)) return *less ? a : b;
  if (std::optional<bool> less = Less(b, a)) return *less ? b : a;
  const bool swapped = a.is_known() || (!b.is_known() && Name(b) < Name(a));
  return swapped ? Call("min", b, a) : Call("min", a, b);
}

SymInt Max(const SymInt& a, const SymInt& b) {
  if (a == b) return a;
  if (std::optional<bool> less = Less(a, b)) return *less ? b : a;
  if (std::optional<bool> less = Less(b, a)) return *less ? a : b;
  const bool swapped = a.is_known() || (!b.is_known() && Name(b) < Name(a));
  return swapped ? Call("max", b, a) : Call("max", a, b);
}

SymInt Scaled(const SymInt& a, float factor) {
  if (!std::isfinite(factor) || factor <= 0 || a.is_unknown()) return {};
  if (factor == 1) return a;
  if (a.is_known()) {
    const float scaled = std::floor(static_cast<float>(a.value()) * factor);
    return scaled < 9e18f ? SymInt(static_cast<int64_t>(scaled)) : SymInt();
  }
  // Exact where the factor is a fraction with a power of two below.
  int64_t divisor = 1;
  while (divisor < 64 && factor * static_cast<float>(divisor) != std::floor(factor * divisor)) {
    divisor *= 2;
  }
  const float dividend = factor * static_cast<float>(divisor);
  if (dividend == std::floor(dividend) && dividend < 1e6f) {
    return FloorDiv(a * SymInt(static_cast<int64_t>(dividend)), divisor);
  }
  return FromExpression(Expression::Call("scaled", Name(a), fmt::format("{}", factor)));
}

bool IsNonNegative(const SymInt& a) {
  if (a.is_known()) return a.value() >= 0;
  std::optional<Expression> expression = ToExpression(a);
  return expression && expression->IsNonNegative();
}

std::optional<bool> Equal(const SymInt& a, const SymInt& b) {
  if (a.is_unknown() || b.is_unknown()) return std::nullopt;
  if (a == b) return true;
  if (std::optional<bool> less = Less(a, b); less && *less) return false;
  if (std::optional<bool> less = Less(b, a); less && *less) return false;
  return std::nullopt;
}

std::optional<bool> Less(const SymInt& a, const SymInt& b) {
  if (a.is_known() && b.is_known()) return a.value() < b.value();
  std::optional<Expression> left = ToExpression(a);
  std::optional<Expression> right = ToExpression(b);
  if (!left || !right) return std::nullopt;
  std::optional<Expression> rise = right->Add(*left, -1);
  if (rise && rise->IsPositive()) return true;
  std::optional<Expression> fall = left->Add(*right, -1);
  if (fall && fall->IsNonNegative()) return false;
  return std::nullopt;
}

}  // namespace mmdeploy::graph
