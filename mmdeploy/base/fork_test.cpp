#include "mmdeploy/base/fork.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mutex>
#include <thread>

#include "mmdeploy/base/parallel.h"

namespace mmdeploy {
namespace {

// Whether `check` holds in a child of this process.
template <class F>
bool HoldsInChild(const F& check) {
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);  // a child that waits for ever is a failure too
    _exit(check() ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Fork, IsCounted) {
  const int before = ForkCount();
  EXPECT_TRUE(HoldsInChild([&] {
    return ForkCount() == before + 1 && HoldsInChild([&] { return ForkCount() == before + 2; });
  }));
  EXPECT_EQ(ForkCount(), before);
}

TEST(Fork, OwnThreadIsAnotherOneInTheChildOnly) {
  const auto runs_here = [] {
    std::thread::id id;
    RunOnOwnThread([&] { id = std::this_thread::get_id(); });
    return id == std::this_thread::get_id();
  };
  EXPECT_TRUE(runs_here());
  EXPECT_TRUE(HoldsInChild([&] { return !runs_here(); }));
  EXPECT_TRUE(HoldsInChild([&] {
    bool same = false;
    std::thread([&] { same = runs_here(); }).join();
    return same;
  }));
}

TEST(PerProcess, IsMadeAnewInAChild) {
  struct Value {
    std::mutex mutex;
    int number = 0;
  };
  PerProcess<Value> value([] { return std::make_unique<Value>(); });
  value.Get().number = 7;
  const std::lock_guard lock(value.Get().mutex);
  EXPECT_TRUE(HoldsInChild([&] {
    const std::lock_guard own(value.Get().mutex);  // that of the parent is taken
    return value.Get().number == 0;
  }));
  EXPECT_EQ(value.Get().number, 7);
}

TEST(ParallelFor, WorksInAChildOfAProcessThatUsedIt) {
  const auto sum = [] {
    std::atomic<int64_t> total{0};
    ParallelFor(1000, 0, [&](int64_t i) { total += i; });
    return total.load();
  };
  EXPECT_EQ(sum(), 499500);
  EXPECT_TRUE(HoldsInChild([&] { return sum() == 499500; }));
}

}  // namespace
}  // namespace mmdeploy
