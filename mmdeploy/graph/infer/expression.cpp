#include "mmdeploy/graph/infer/expression.h"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace mmdeploy::graph {

namespace {

// Longer texts than this tell a reader nothing, and would make inference slower than linear.
constexpr size_t kMaxText = 120;
constexpr int kMaxNesting = 16;

bool IsWordStart(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }
bool IsWord(char c) { return IsWordStart(c) || (c >= '0' && c <= '9') || c == '.' || c == ':'; }

bool IsIdentifier(std::string_view text) {
  return !text.empty() && IsWordStart(text[0]) && std::all_of(text.begin(), text.end(), IsWord);
}

int64_t FloorQuotient(int64_t number, int64_t divisor) {
  return number / divisor - (number % divisor < 0 ? 1 : 0);
}

// The position of the parenthesis that closes the one at `open`, quoted text left out.
size_t FindClosing(std::string_view text, size_t open) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = open; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')' && --depth == 0) return i;
  }
  return std::string_view::npos;
}

// Where `wanted` stands outside of parentheses and quotes.
size_t FindOutside(std::string_view text, char wanted) {
  int depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (text[i] == '(') ++depth;
    if (text[i] == ')') --depth;
    if (depth == 0 && text[i] == wanted) return i;
  }
  return std::string_view::npos;
}

bool IsDivision(std::string_view atom) { return FindOutside(atom, '/') != std::string_view::npos; }

struct CallText {
  std::string_view function, first, second;
};

// "max(a,b)" taken apart.
std::optional<CallText> SplitCall(std::string_view atom) {
  const size_t open = atom.find('(');
  if (open == 0 || open == std::string_view::npos || atom.back() != ')') return std::nullopt;
  if (!IsIdentifier(atom.substr(0, open))) return std::nullopt;
  const std::string_view inside = atom.substr(open + 1, atom.size() - open - 2);
  const size_t comma = FindOutside(inside, ',');
  if (comma == std::string_view::npos) return std::nullopt;
  return CallText{atom.substr(0, open), inside.substr(0, comma), inside.substr(comma + 1)};
}

}  // namespace

// Reads canonical text; what it accepts beyond that is refused by the comparison with Print.
class Expression::Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  std::optional<Expression> Parse() {
    std::optional<Expression> result = Sum(0);
    return at_ == text_.size() ? result : std::nullopt;
  }

 private:
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool Skip(char c) {
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  std::optional<Expression> Sum(int nesting) {
    if (nesting > kMaxNesting) return std::nullopt;
    Expression sum;
    for (bool first = true;; first = false) {
      int64_t sign = 1;
      if (Skip('-')) {
        sign = -1;
      } else if (!first && !Skip('+')) {
        return sum;
      }
      std::optional<Expression> term = Product(nesting);
      if (!term) return std::nullopt;
      std::optional<Expression> next = sum.Add(*term, sign);
      if (!next) return std::nullopt;
      sum = std::move(*next);
    }
  }

  std::optional<Expression> Product(int nesting) {
    std::optional<Expression> product = Factor(nesting);
    while (product && (Peek() == '*' || Peek() == '/')) {
      const bool divides = text_[at_++] == '/';
      std::optional<Expression> next = Factor(nesting);
      if (!next) return std::nullopt;
      if (divides) {
        const int64_t divisor = next->AsNumber().value_or(0);
        product = divisor > 0 ? product->FloorDivide(divisor) : std::nullopt;
      } else {
        product = product->Multiply(*next);
      }
    }
    return product;
  }

  std::optional<Expression> Factor(int nesting) {
    if (Skip('(')) {
      std::optional<Expression> inside = Sum(nesting + 1);
      return Skip(')') ? inside : std::nullopt;
    }
    const size_t begin = at_;
    if (Peek() >= '0' && Peek() <= '9') return Number();
    if (Skip('\'')) {
      while (at_ < text_.size() && text_[at_] != '\'') ++at_;
      if (!Skip('\'')) return std::nullopt;
      return FromAtom(std::string(text_.substr(begin, at_ - begin)));
    }
    if (!IsWordStart(Peek())) return std::nullopt;
    while (IsWord(Peek())) ++at_;
    if (Peek() == '(') {
      const size_t close = FindClosing(text_, at_);
      if (close == std::string_view::npos) return std::nullopt;
      at_ = close + 1;
    }
    return FromAtom(std::string(text_.substr(begin, at_ - begin)));
  }

  std::optional<Expression> Number() {
    int64_t number = 0;
    while (Peek() >= '0' && Peek() <= '9') {
      if (__builtin_mul_overflow(number, int64_t{10}, &number) ||
          __builtin_add_overflow(number, int64_t{text_[at_] - '0'}, &number)) {
        return std::nullopt;
      }
      ++at_;
    }
    return Expression(number);
  }

  std::string_view text_;
  size_t at_ = 0;
};

Expression Expression::FromAtom(std::string atom) {
  Expression result;
  result.terms_.push_back({{std::move(atom)}, 1});
  return result;
}

std::optional<Expression> Expression::FromSymbol(std::string_view text) {
  if (IsIdentifier(text)) return FromAtom(std::string(text));
  if (text.size() > kMaxText) return std::nullopt;
  std::optional<Expression> parsed = Parser(text).Parse();
  if (parsed && !parsed->terms_.empty() && parsed->Print() == text) return parsed;
  if (text.find('\'') != std::string_view::npos) return std::nullopt;
  return FromAtom("'" + std::string(text) + "'");
}

std::optional<Expression> Expression::Call(std::string_view function, std::string_view first,
                                           std::string_view second) {
  std::string atom(function);
  atom.append("(").append(first).append(",").append(second).append(")");
  if (atom.size() > kMaxText) return std::nullopt;
  return FromAtom(std::move(atom));
}

std::optional<int64_t> Expression::AsNumber() const {
  return terms_.empty() ? std::optional(constant_) : std::nullopt;
}

std::optional<std::string> Expression::Print() const {
  std::string text;
  for (const Term& term : terms_) {
    if (term.coefficient < 0) {
      text += '-';
    } else if (!text.empty()) {
      text += '+';
    }
    const bool shows_number = term.coefficient != 1 && term.coefficient != -1;
    if (shows_number) text += std::to_string(term.coefficient).substr(term.coefficient < 0);
    // -(a/2) and not -a/2, which other readers take for (-a)/2.
    const bool is_product = term.coefficient != 1 || term.factors.size() > 1;
    for (size_t i = 0; i < term.factors.size(); ++i) {
      if (i > 0 || shows_number) text += '*';
      const std::string& factor = term.factors[i];
      text += is_product && IsDivision(factor) ? "(" + factor + ")" : factor;
    }
  }
  if (constant_ != 0 || terms_.empty()) {
    if (constant_ >= 0 && !text.empty()) text += '+';
    text += std::to_string(constant_);
  }
  // A foreign symbol on its own stands as the file has it.
  if (terms_.size() == 1 && constant_ == 0 && text.front() == '\'' &&
      text.find('\'', 1) == text.size() - 1) {
    text = text.substr(1, text.size() - 2);
  }
  if (text.size() > kMaxText) return std::nullopt;
  return text;
}

bool Expression::HasNonNegativeTerms() const {
  auto is_non_negative = [](const std::string& text) {
    if (std::optional<int64_t> number = [&]() -> std::optional<int64_t> {
          std::optional<Expression> parsed = Parser(text).Parse();
          return parsed ? parsed->AsNumber() : std::nullopt;
        }()) {
      return *number >= 0;
    }
    std::optional<Expression> parsed = FromSymbol(text);
    return parsed && parsed->IsNonNegative();
  };
  auto is_atom_non_negative = [&](const std::string& atom) {
    if (atom.front() == '\'' || IsIdentifier(atom)) return true;
    if (IsDivision(atom)) {
      const std::string numerator = atom.substr(0, FindOutside(atom, '/'));
      const bool wrapped = numerator.front() == '(';
      return is_non_negative(wrapped ? numerator.substr(1, numerator.size() - 2) : numerator);
    }
    std::optional<CallText> call = SplitCall(atom);
    if (!call) return false;
    const bool first = is_non_negative(std::string(call->first));
    if (call->function == "scaled") return first;
    const bool second = is_non_negative(std::string(call->second));
    return call->function == "max" ? first || second : first && second;
  };
  return constant_ >= 0 && std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
           return term.coefficient > 0 &&
                  std::all_of(term.factors.begin(), term.factors.end(), is_atom_non_negative);
         });
}

// A lower bound without divisions: floor(e/d) lies between (e-d+1)/d and e/d. With everything times
// `scale`, the bound may fall short by less than `scale`, because the number itself is whole.
bool Expression::IsNonNegative() const {
  if (HasNonNegativeTerms()) return true;
  std::optional<Expression> bound = *this;
  int64_t scale = 1;
  while (true) {
    auto term = std::find_if(bound->terms_.begin(), bound->terms_.end(), [](const Term& t) {
      return t.factors.size() == 1 && IsDivision(t.factors[0]);
    });
    if (term == bound->terms_.end()) break;
    const std::string atom = term->factors[0];
    const int64_t coefficient = term->coefficient;
    const size_t slash = FindOutside(atom, '/');
    const int64_t divisor = std::strtoll(atom.c_str() + slash + 1, nullptr, 10);
    std::optional<Expression> numerator = Parser(std::string_view(atom).substr(0, slash)).Parse();
    if (numerator && coefficient > 0) numerator = numerator->Add(Expression(divisor - 1), -1);
    bound->terms_.erase(term);
    bound = Expression().Add(*bound, divisor);
    if (bound && numerator) bound = bound->Add(*numerator, coefficient);
    if (!bound || !numerator || __builtin_mul_overflow(scale, divisor, &scale)) return false;
  }
  bound = bound->Add(Expression(scale - 1));
  return scale > 1 && bound && bound->HasNonNegativeTerms();
}

bool Expression::IsPositive() const {
  std::optional<Expression> less = Add(Expression(1), -1);
  return less && less->IsNonNegative();
}

bool Expression::AddTerm(std::vector<std::string> factors, int64_t coefficient) {
  auto place = std::lower_bound(
      terms_.begin(), terms_.end(), factors,
      [](const Term& term, const std::vector<std::string>& f) { return term.factors < f; });
  if (place == terms_.end() || place->factors != factors) {
    if (coefficient != 0) terms_.insert(place, {std::move(factors), coefficient});
    return true;
  }
  if (__builtin_add_overflow(place->coefficient, coefficient, &place->coefficient)) return false;
  if (place->coefficient == 0) terms_.erase(place);
  return true;
}

std::optional<Expression> Expression::Add(const Expression& other, int64_t factor) const {
  Expression sum = *this;
  int64_t addend;
  if (__builtin_mul_overflow(other.constant_, factor, &addend) ||
      __builtin_add_overflow(sum.constant_, addend, &sum.constant_)) {
    return std::nullopt;
  }
  for (const Term& term : other.terms_) {
    if (__builtin_mul_overflow(term.coefficient, factor, &addend) ||
        !sum.AddTerm(term.factors, addend)) {
      return std::nullopt;
    }
  }
  return sum;
}

std::optional<Expression> Expression::Multiply(const Expression& other) const {
  std::optional<Expression> product = Expression(0).Add(*this, other.constant_);
  for (const Term& right : other.terms_) {
    if (!product) return std::nullopt;
    for (const Term& left : terms_) {
      int64_t coefficient;
      if (__builtin_mul_overflow(left.coefficient, right.coefficient, &coefficient)) {
        return std::nullopt;
      }
      std::vector<std::string> factors(left.factors.size() + right.factors.size());
      std::merge(left.factors.begin(), left.factors.end(), right.factors.begin(),
                 right.factors.end(), factors.begin());
      if (!product->AddTerm(std::move(factors), coefficient)) return std::nullopt;
    }
    int64_t coefficient;
    if (__builtin_mul_overflow(constant_, right.coefficient, &coefficient) ||
        !product->AddTerm(right.factors, coefficient)) {
      return std::nullopt;
    }
  }
  return product;
}

const Expression::Term* Expression::FindNested() const {
  for (const Term& term : terms_) {
    if (std::abs(term.coefficient) == 1 && term.factors.size() == 1 &&
        IsDivision(term.factors[0])) {
      return &term;
    }
  }
  return nullptr;
}

// floor((floor(a/m)+e)/d) is floor((a+m*e)/(m*d)): divisions of divisions become one. Below a minus
// sign, -floor(a/m) is floor((m-1-a)/m).
std::optional<Expression> Expression::UnnestDivision(int64_t* divisor) const {
  Expression flat = *this;
  while (const Term* nested = flat.FindNested()) {
    const std::string atom = nested->factors[0];
    const int64_t sign = nested->coefficient;
    const size_t slash = FindOutside(atom, '/');
    const int64_t inner = std::strtoll(atom.c_str() + slash + 1, nullptr, 10);
    std::optional<Expression> numerator = Parser(std::string_view(atom).substr(0, slash)).Parse();
    std::optional<Expression> rest = flat.Add(FromAtom(atom), -sign);
    if (!numerator || !rest || __builtin_mul_overflow(inner, *divisor, divisor)) {
      return std::nullopt;
    }
    if (sign < 0) numerator = Expression(inner - 1).Add(*numerator, -1);
    if (numerator) numerator = numerator->Add(*rest, inner);
    if (!numerator) return std::nullopt;
    flat = std::move(*numerator);
  }
  return flat;
}

void Expression::Cancel(int64_t* divisor) {
  int64_t common = *divisor;
  for (const Term& term : terms_) common = std::gcd(common, term.coefficient);
  for (Term& term : terms_) term.coefficient /= common;
  constant_ = FloorQuotient(constant_, common);
  *divisor /= common;
}

std::optional<std::string> Expression::PrintDivision(int64_t divisor) const {
  std::optional<std::string> text = Print();
  if (!text) return std::nullopt;
  const bool is_atom = terms_.size() == 1 && constant_ == 0 && terms_[0].coefficient == 1 &&
                       terms_[0].factors.size() == 1;
  const std::string numerator = is_atom ? terms_[0].factors[0] : "(" + *text + ")";
  return numerator + "/" + std::to_string(divisor);
}

// What is left is below the divisor in every number.
Expression Expression::TakeWhole(int64_t divisor, Expression* rest) const {
  Expression whole(FloorQuotient(constant_, divisor));
  *rest = Expression(constant_ - whole.constant_ * divisor);
  for (const Term& term : terms_) {
    const int64_t quotient = FloorQuotient(term.coefficient, divisor);
    whole.AddTerm(term.factors, quotient);
    rest->AddTerm(term.factors, term.coefficient - quotient * divisor);
  }
  return whole;
}

std::optional<Expression> Expression::FloorDivide(int64_t divisor) const {
  Expression whole, rest = *this;
  // Each step may make another one possible.
  while (true) {
    std::optional<Expression> flat = rest.UnnestDivision(&divisor);
    if (!flat) return std::nullopt;
    std::optional<Expression> sum = whole.Add(flat->TakeWhole(divisor, &rest));
    if (!sum) return std::nullopt;
    whole = std::move(*sum);
    if (rest.terms_.empty()) return whole;
    rest.Cancel(&divisor);
    if (divisor == 1) return whole.Add(rest);
    if (!rest.FindNested()) break;
  }
  // Of floor(6h/7) and the equal h-floor((h+6)/7) the one with the smaller number is kept.
  if (const int64_t first = rest.terms_.front().coefficient; first > divisor - first) {
    std::optional<Expression> opposite = Expression(divisor - 1).Add(rest, -1);
    if (opposite) opposite = opposite->FloorDivide(divisor);
    return opposite ? whole.Add(*opposite, -1) : std::nullopt;
  }
  std::optional<std::string> atom = rest.PrintDivision(divisor);
  if (!atom) return std::nullopt;
  return whole.Add(FromAtom(std::move(*atom)));
}

std::optional<Expression> Expression::DivideExactly(const Expression& product) const {
  if (product.terms_.size() != 1 || product.constant_ != 0 || constant_ != 0) return std::nullopt;
  const Term& divisor = product.terms_[0];
  Expression quotient;
  for (const Term& term : terms_) {
    if (!std::includes(term.factors.begin(), term.factors.end(), divisor.factors.begin(),
                       divisor.factors.end()) ||
        term.coefficient % divisor.coefficient != 0) {
      return std::nullopt;
    }
    std::vector<std::string> factors;
    std::set_difference(term.factors.begin(), term.factors.end(), divisor.factors.begin(),
                        divisor.factors.end(), std::back_inserter(factors));
    const int64_t coefficient = term.coefficient / divisor.coefficient;
    if (factors.empty()) {
      quotient.constant_ += coefficient;
    } else {
      quotient.AddTerm(std::move(factors), coefficient);
    }
  }
  return quotient;
}

}  // namespace mmdeploy::graph
