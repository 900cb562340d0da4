#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "mmdeploy/graph/type.h"

namespace mmdeploy::graph {

// A whole number of which we know the value, or an expression over symbols of dimensions (see
// Expression), or nothing. Arithmetic answers unknown wherever it cannot be exact.
class SymInt {
 public:
  SymInt() = default;
  SymInt(int64_t value) : value_(value) {}  // NOLINT: numbers are numbers
  SymInt(const Dim& dim) {                  // NOLINT: dimensions are numbers
    if (dim.is_known()) value_ = dim.value();
    symbol_ = dim.symbol();
  }
  static SymInt Symbol(std::string symbol) { return Dim(std::move(symbol)); }

  bool is_known() const { return value_.has_value(); }
  bool is_symbol() const { return !symbol_.empty(); }
  bool is_unknown() const { return !is_known() && !is_symbol(); }
  int64_t value() const { return *value_; }
  const std::string& symbol() const { return symbol_; }

  // Unknown for negative numbers.
  Dim ToDim() const;

  // Surely the same number.
  bool operator==(const SymInt& other) const {
    return !is_unknown() && value_ == other.value_ && symbol_ == other.symbol_;
  }
  bool operator!=(const SymInt& other) const { return !(*this == other); }

 private:
  std::optional<int64_t> value_;
  std::string symbol_;
};

// "3", "batch+1" or "?".
std::string Name(const SymInt& number);

SymInt operator+(const SymInt& a, const SymInt& b);
SymInt operator-(const SymInt& a, const SymInt& b);
SymInt operator*(const SymInt& a, const SymInt& b);
// Rounded down, up, and towards zero (what Div of integers does).
SymInt FloorDiv(const SymInt& a, const SymInt& b);
SymInt CeilDiv(const SymInt& a, const SymInt& b);
SymInt TruncDiv(const SymInt& a, const SymInt& b);
// A quotient that is known to be whole.
SymInt ExactDiv(const SymInt& a, const SymInt& b);
SymInt Min(const SymInt& a, const SymInt& b);
SymInt Max(const SymInt& a, const SymInt& b);
// floor(a * factor), where the factor is a float: what Resize makes of a side.
SymInt Scaled(const SymInt& a, float factor);

// Certainly not negative, as sizes are.
bool IsNonNegative(const SymInt& a);
// nullopt where it depends on what the symbols stand for.
std::optional<bool> Equal(const SymInt& a, const SymInt& b);
std::optional<bool> Less(const SymInt& a, const SymInt& b);

}  // namespace mmdeploy::graph
