#include "mmdeploy/graph/infer/sym_int.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

namespace mmdeploy::graph {
namespace {

SymInt S(const char* symbol) { return SymInt::Symbol(symbol); }

int64_t FloorOf(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// The value of a text for a number in place of the symbol n.
class TextReader {
 public:
  TextReader(std::string text, int64_t n) : text_(std::move(text)), n_(n) {}

  int64_t Sum() {
    int64_t sum = 0;
    for (int64_t sign = 1;;) {
      if (Skip('-')) sign = -1;
      int64_t product = Factor();
      while (at_ < text_.size() && (text_[at_] == '*' || text_[at_] == '/')) {
        const bool divides = text_[at_++] == '/';
        const int64_t factor = Factor();
        if (divides && factor == 0) return ADD_FAILURE() << text_, 0;
        product = divides ? FloorOf(product, factor) : product * factor;
      }
      sum += sign * product;
      sign = 1;
      if (!Skip('+') && (at_ == text_.size() || text_[at_] != '-')) return sum;
    }
  }

 private:
  bool Skip(char c) {
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  int64_t Factor() {
    if (Skip('(')) {
      const int64_t sum = Sum();
      EXPECT_TRUE(Skip(')')) << text_;
      return sum;
    }
    if (Skip('n')) return n_;
    int64_t number = 0;
    while (at_ < text_.size() && std::isdigit(static_cast<unsigned char>(text_[at_]))) {
      number = number * 10 + (text_[at_++] - '0');
    }
    return number;
  }

  std::string text_;
  int64_t n_;
  size_t at_ = 0;
};

int64_t Evaluate(const std::string& text, int64_t n) { return TextReader(text, n).Sum(); }

TEST(SymIntTest, EqualSumsHaveEqualText) {
  const SymInt h = S("h"), w = S("w");
  EXPECT_EQ(Name(h + 1), "h+1");
  EXPECT_EQ(Name(1 + h), "h+1");
  EXPECT_EQ(Name(h + h), "2*h");
  EXPECT_EQ(Name(w * h + h * w), "2*h*w");
  EXPECT_EQ(Name((h + 3) * 4 - 12), "4*h");
  EXPECT_EQ(h - h, SymInt(0));
  EXPECT_EQ(Name(0 - h), "-h");
  EXPECT_EQ(Name((h + 1) * (h - 1)), "h*h-1");
}

TEST(SymIntTest, DivisionsAreReduced) {
  const SymInt h = S("h");
  EXPECT_EQ(Name(FloorDiv(h, 2)), "h/2");
  EXPECT_EQ(Name(FloorDiv(h - 1, 2) + 1), "(h+1)/2");
  EXPECT_EQ(Name(FloorDiv(4 * h + 6, 4)), "h+1");
  EXPECT_EQ(Name(FloorDiv(3 * h, 2)), "h+h/2");
  EXPECT_EQ(Name(FloorDiv(2 * h + 3, 4)), "(h+1)/2");
  EXPECT_EQ(Name(CeilDiv(h, 32)), "(h+31)/32");
  EXPECT_EQ(Name(2 * FloorDiv(h, 2)), "2*(h/2)");
  EXPECT_EQ(Name(h - FloorDiv(h, 2)), "h-(h/2)");
  EXPECT_EQ(h - FloorDiv(h, 2) + FloorDiv(h, 2), h);
}

// Five convolutions of stride 2 are one division by 32.
TEST(SymIntTest, DivisionsOfDivisionsBecomeOne) {
  SymInt size = S("height");
  for (int i = 0; i < 5; ++i) size = FloorDiv(size - 1, 2) + 1;
  EXPECT_EQ(Name(size), "(height+31)/32");
  EXPECT_EQ(size, CeilDiv(S("height"), 32));
}

TEST(SymIntTest, OneFormOfADivision) {
  const SymInt h = S("h");
  // What is missing to a multiple of 7, as padding computes it.
  const SymInt rest = h - FloorDiv(h, 7) * 7;
  const SymInt pad = (7 - rest) - FloorDiv(7 - rest, 7) * 7;
  EXPECT_EQ(Name(h + pad), "7*((h+6)/7)");
  EXPECT_EQ(Name(FloorDiv(3 * h, 4)), "-((h+3)/4)+h");
}

// A small language for sums and quotients of a number n, run on numbers and on symbols.
template <class T, class Div>
T Compute(T n, uint32_t program, Div&& div) {
  T value = n;
  for (; program > 0; program /= 6) {
    switch (program % 6) {
      case 0:
        value = value + T(1);
        break;
      case 1:
        value = div(value, 2);
        break;
      case 2:
        value = value + n;
        break;
      case 3:
        value = div(value * T(2) + T(3), 3);
        break;
      case 4:
        value = n * T(3) - value;
        break;
      default:
        value = div(value - T(2), 4);
    }
  }
  return value;
}

// Whatever is rewritten, the value stays: the text is computed for numbers in place of the symbol.
TEST(SymIntTest, RewritingKeepsTheValue) {
  for (uint32_t program = 0; program < 1296; ++program) {
    const SymInt symbolic =
        Compute(S("n"), program, [](const SymInt& a, int64_t b) { return FloorDiv(a, b); });
    for (int64_t n = 0; n < 40; n += 7) {
      const int64_t direct = Compute(n, program, FloorOf);
      EXPECT_EQ(Evaluate(Name(symbolic), n), direct) << Name(symbolic) << " for " << n;
    }
  }
}

TEST(SymIntTest, TextOfFilesIsRead) {
  EXPECT_EQ(Name(S("(h+31)/32") * 32 - 32), "32*((h+31)/32)-32");
  // What is not canonical is a symbol of its own, in quotes where it is part of something.
  EXPECT_EQ(Name(S("h // 2") + 1), "'h // 2'+1");
  EXPECT_EQ(Name(S("h // 2") + 1 - 1), "h // 2");
  EXPECT_EQ(Name(S("'") + 1), "?");
  EXPECT_EQ(Name(S("1+h") + 1), "'1+h'+1");
}

TEST(SymIntTest, MinMax) {
  const SymInt h = S("h");
  EXPECT_EQ(Max(h, 0), h);
  EXPECT_EQ(Min(h + 2, h), h);
  EXPECT_EQ(Name(Min(h, 100)), "min(h,100)");
  EXPECT_EQ(Name(Min(100, h)), "min(h,100)");
  EXPECT_EQ(Name(Max(h - 1, 0)), "max(h-1,0)");
  EXPECT_TRUE(IsNonNegative(Max(h - 1, 0)));
  EXPECT_TRUE(IsNonNegative(Min(h, 100) + 1));
  EXPECT_FALSE(IsNonNegative(h - 1));
}

// Rounding up to a multiple never makes smaller.
TEST(SymIntTest, DivisionsAreBounded) {
  const SymInt h = S("h");
  EXPECT_EQ(Min(7 * FloorDiv(h + 24, 28), FloorDiv(h, 4)), FloorDiv(h, 4));
  EXPECT_EQ(Max(h - FloorDiv(h, 2), 0), h - FloorDiv(h, 2));
  EXPECT_EQ(Less(FloorDiv(h, 2), h + 1), true);
  EXPECT_EQ(Less(FloorDiv(h, 2), h), std::nullopt);
  EXPECT_FALSE(IsNonNegative(FloorDiv(h, 2) * 2 - h));
}

TEST(SymIntTest, Comparisons) {
  const SymInt h = S("h");
  EXPECT_EQ(Equal(h, -1), false);
  EXPECT_EQ(Equal(h, h), true);
  EXPECT_EQ(Equal(h, h + 1), false);
  EXPECT_EQ(Equal(h, 3), std::nullopt);
  EXPECT_EQ(Less(h, h + 1), true);
  EXPECT_EQ(Less(h + 1, 1), false);
  EXPECT_EQ(Less(h, 1), std::nullopt);
}

TEST(SymIntTest, ScalesOfResize) {
  EXPECT_EQ(Scaled(7, 2.0f), SymInt(14));
  EXPECT_EQ(Scaled(7, 0.5f), SymInt(3));
  EXPECT_EQ(Name(Scaled(S("h"), 2.0f)), "2*h");
  EXPECT_EQ(Name(Scaled(S("h"), 0.125f)), "h/8");
  EXPECT_EQ(Name(Scaled(S("h"), 0.3f)), "scaled(h,0.3)");
}

TEST(SymIntTest, DivisionTowardsZero) {
  EXPECT_EQ(TruncDiv(-7, 2), SymInt(-3));
  EXPECT_EQ(FloorDiv(-7, 2), SymInt(-4));
  EXPECT_EQ(Name(TruncDiv(S("h"), 2)), "h/2");
  EXPECT_EQ(Name(TruncDiv(S("h") - 1, 2)), "trunc(h-1,2)");
  EXPECT_EQ(Name(ExactDiv(S("h") * S("w") * 6, S("w") * 2)), "3*h");
}

TEST(SymIntTest, NothingOverflows) {
  EXPECT_TRUE((SymInt(INT64_MAX) + 1).is_unknown());
  EXPECT_TRUE((SymInt(INT64_MIN) - 1).is_unknown());
  EXPECT_TRUE((SymInt(INT64_MAX) * 2).is_unknown());
  EXPECT_TRUE(FloorDiv(INT64_MIN, -1).is_unknown());
  EXPECT_TRUE(FloorDiv(1, 0).is_unknown());
  EXPECT_TRUE((S("h") * SymInt(INT64_MAX) * 2).is_unknown());
  EXPECT_TRUE((S("h") + INT64_MAX + 1).is_unknown());
  EXPECT_TRUE(FloorDiv(FloorDiv(S("h"), INT64_MAX), 2).is_unknown());
  // Too long to be of use.
  SymInt sum;
  EXPECT_TRUE((S(std::string(200, 'h').c_str()) + 1).is_unknown());
}

}  // namespace
}  // namespace mmdeploy::graph
