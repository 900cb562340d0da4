#include "mmdeploy/backend/openvino/tidy.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mmdeploy::openvino {
namespace {

TEST(Tidy, KeepsTheReason) {
  EXPECT_EQ(Tidy("Exception from src/core.cpp:97:\nException from src/ir.cpp:3:\n  Check failed\n\n"
                 "\tUnable to read the model\n"),
            "Check failed Unable to read the model");
  EXPECT_EQ(Tidy("one line"), "one line");
  EXPECT_EQ(Tidy("Exception from src/core.cpp:97:\n"), "no reason given");
}

TEST(Guard, TurnsExceptionsIntoErrors) {
  EXPECT_EQ(*Guard("count", [] { return 3; }), 3);
  const auto failed = Guard("count", []() -> int { throw std::runtime_error("no fingers"); });
  EXPECT_EQ(failed.error().message(), "openvino cannot count: no fingers");
  EXPECT_EQ(Guard("count", [] { throw std::bad_alloc(); }).error().code(), Code::kOutOfMemory);
}

}  // namespace
}  // namespace mmdeploy::openvino
