#include "mmdeploy/backend/torchscript/threads.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <thread>

namespace mmdeploy::torchscript {
namespace {

TEST(ThreadScope, HoldsForTheCallingThreadOnly) {
  const int before = at::get_num_threads();
  {
    const ThreadScope scope(before + 2);
    EXPECT_EQ(at::get_num_threads(), before + 2);
    int other = 0;
    std::thread([&other] { other = at::get_num_threads(); }).join();
    EXPECT_EQ(other, before);
  }
  EXPECT_EQ(at::get_num_threads(), before);
}

TEST(ThreadScope, WorksOnAThreadThatLibTorchHasNotSeen) {
  int inside = 0;
  std::thread([&inside] {
    const ThreadScope scope(3);
    inside = at::get_num_threads();
  }).join();
  EXPECT_EQ(inside, 3);
}

}  // namespace
}  // namespace mmdeploy::torchscript
