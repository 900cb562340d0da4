#include "mmdeploy/backend/guard.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mmdeploy {
namespace {

std::string What(const std::exception& error) { return JoinLines(error.what()); }

template <class Function>
auto Count(Function&& function) {
  return Guard("abacus", "count", What, std::forward<Function>(function));
}

TEST(Guard, PassesValuesAndResults) {
  EXPECT_EQ(*Count([] { return 3; }), 3);
  EXPECT_EQ(*Count([]() -> Result<int> { return 4; }), 4);
  EXPECT_TRUE(Count([] {}));
}

TEST(Guard, TurnsExceptionsIntoErrors) {
  const auto failed = Count([]() -> int { throw std::runtime_error("no\n  fingers \n"); });
  EXPECT_EQ(failed.error().message(), "abacus cannot count: no fingers");
  EXPECT_EQ(failed.error().code(), Code::kFail);
  const auto full = Count([] { throw std::bad_alloc(); });
  EXPECT_EQ(full.error().message(), "abacus cannot count: out of memory");
  EXPECT_EQ(full.error().code(), Code::kOutOfMemory);
}

TEST(Guard, SaysWhatErrorsPrevented) {
  const auto failed = Count([]() -> Result<int> { return MakeError(Code::kOutOfRange, "10 > 9"); });
  EXPECT_EQ(failed.error().message(), "abacus cannot count: 10 > 9");
  EXPECT_EQ(failed.error().code(), Code::kOutOfRange);
}

}  // namespace
}  // namespace mmdeploy
