#include "mmdeploy/backend/openvino/guard.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace mmdeploy::openvino {
namespace {

std::string Said(const char* message) { return Explain(std::runtime_error(message)); }

TEST(Explain, KeepsTheReason) {
  EXPECT_EQ(Said("Exception from src/core.cpp:97:\nException from src/ir.cpp:3:\n  Check failed\n\n"
                 "\tUnable to read the model\n"),
            "Check failed Unable to read the model");
  EXPECT_EQ(Said("one line"), "one line");
  EXPECT_EQ(Said("Exception from src/core.cpp:97:\n"), "no reason given");
}

}  // namespace
}  // namespace mmdeploy::openvino
