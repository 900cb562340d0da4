#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mmdeploy::graph {

// A sum of products of symbols with whole-number coefficients, e.g. 2*height*width+1. Symbols stand
// for sizes, so they are never negative. What is no such sum becomes an atom of its own:
//
//   (height+31)/32   division rounded down by a number
//   max(a,b) min(a,b) div(a,b) trunc(a,b) scaled(a,0.3)
//
// Equal computations give equal text, because everything is kept in one canonical form.
// Operations answer nullopt when 64 bits, or the limit on the length, do not suffice.
class Expression {
 public:
  explicit Expression(int64_t number = 0) : constant_(number) {}

  // The expression whose canonical text this is; any other text is one symbol.
  static std::optional<Expression> FromSymbol(std::string_view text);
  // A function of expressions that we do not compute with, e.g. "max".
  static std::optional<Expression> Call(std::string_view function, std::string_view first,
                                        std::string_view second);

  // nullopt if it is longer than what is worth carrying along.
  std::optional<std::string> Print() const;
  // The number, if it has no symbols.
  std::optional<int64_t> AsNumber() const;
  // Certainly >= 0 (> 0), whatever the symbols stand for.
  bool IsNonNegative() const;
  bool IsPositive() const;

  // *this + factor * other.
  std::optional<Expression> Add(const Expression& other, int64_t factor = 1) const;
  std::optional<Expression> Multiply(const Expression& other) const;
  // Rounded down; divisor >= 1.
  std::optional<Expression> FloorDivide(int64_t divisor) const;
  // The exact quotient by a product of symbols, if every term has these.
  std::optional<Expression> DivideExactly(const Expression& product) const;

 private:
  struct Term {
    std::vector<std::string> factors;  // sorted
    int64_t coefficient;
  };
  class Parser;

  static Expression FromAtom(std::string atom);
  bool HasNonNegativeTerms() const;
  bool AddTerm(std::vector<std::string> factors, int64_t coefficient);
  // A division that stands alone as a term.
  const Term* FindNested() const;
  std::optional<Expression> UnnestDivision(int64_t* divisor) const;
  Expression TakeWhole(int64_t divisor, Expression* rest) const;
  // Divides numerator and divisor by what all of them have in common.
  void Cancel(int64_t* divisor);
  std::optional<std::string> PrintDivision(int64_t divisor) const;

  std::vector<Term> terms_;  // sorted by factors, no coefficient is 0
  int64_t constant_;
};

}  // namespace mmdeploy::graph
