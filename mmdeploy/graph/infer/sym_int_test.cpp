#include "mmdeploy/graph/infer/sym_int.h"

#include <gtest/gtest.h>

namespace mmdeploy::graph {
namespace {

SymInt S(const char* symbol) { return SymInt::Symbol(symbol); }

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
}

// Five convolutions of stride 2 are one division by 32.
TEST(SymIntTest, DivisionsOfDivisionsBecomeOne) {
  SymInt size = S("height");
  for (int i = 0; i < 5; ++i) size = FloorDiv(size - 1, 2) + 1;
  EXPECT_EQ(Name(size), "(height+31)/32");
  EXPECT_EQ(size, CeilDiv(S("height"), 32));
}

// Rewriting must not change a number: all forms against plain arithmetic.
TEST(SymIntTest, RewritingKeepsTheValue) {
  for (int64_t n = 0; n < 70; ++n) {
    const int64_t direct = (((n + 5) / 3 + n) / 2 + 7) / 4;
    const SymInt known = FloorDiv(FloorDiv(FloorDiv(SymInt(n) + 5, 3) + SymInt(n), 2) + 7, 4);
    EXPECT_EQ(known, SymInt(direct));
    // (((n+5)/3+n)/2+7)/4 is (n+5+3n)/6 = (4n+5)/6 = (2n+2)/3, then (2n+23)/12, and 2 cancels.
    EXPECT_EQ((2 * n + 23) / 12, direct);
  }
  const SymInt n = S("n");
  EXPECT_EQ(Name(FloorDiv(FloorDiv(FloorDiv(n + 5, 3) + n, 2) + 7, 4)), "(n+5)/6+1");
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
