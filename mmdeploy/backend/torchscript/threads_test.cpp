#include "mmdeploy/backend/torchscript/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
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

TEST(LimitBlasThreads, LowersTheCountOfOpenBlas) {
  void* library = dlopen("libopenblas.so.0", RTLD_LAZY | RTLD_NOLOAD);
  if (!library) GTEST_SKIP() << "LibTorch uses another BLAS here";
  const auto count = reinterpret_cast<int (*)()>(dlsym(library, "openblas_get_num_threads"));
  ASSERT_NE(count, nullptr);
  LimitBlasThreads(1);
  EXPECT_EQ(count(), 1);
  LimitBlasThreads(4);
  EXPECT_EQ(count(), 1);  // somebody else's limit stays
}

}  // namespace
}  // namespace mmdeploy::torchscript
