#include "mmdeploy/backend/turns.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <set>

namespace mmdeploy {
namespace {

// Many callers bring jobs; answers how many ran at most at the same time.
int MostAtOnce(int limit, int callers, int jobs_each) {
  Turns turns(limit);
  std::atomic<int> inside{0}, most{0}, count{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < callers; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < jobs_each; ++i) {
        bool is_done = false;
        EXPECT_TRUE(turns.Run([&] {
          const int now = ++inside;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          if (i % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
          --inside;
          is_done = true;
        }));
        count += is_done;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(count, callers * jobs_each);
  return most;
}

TEST(Turns, RunsEveryJobAndNoMoreAtOnceThanAllowed) {
  EXPECT_EQ(MostAtOnce(1, 8, 200), 1);
  EXPECT_LE(MostAtOnce(3, 8, 200), 3);
  EXPECT_LE(MostAtOnce(0, 8, 200), 8);
}

TEST(Turns, AFreeTurnIsTakenOnTheCallersThread) {
  Turns turns(1);
  for (int i = 0; i < 3; ++i) {
    std::thread::id ran_on;
    ASSERT_TRUE(turns.Run([&] { ran_on = std::this_thread::get_id(); }));
    EXPECT_EQ(ran_on, std::this_thread::get_id());
  }
}

TEST(Turns, ThoseWhoWaitShareOneThread) {
  constexpr int kCallers = 4;
  Turns turns(1);
  std::atomic<int> started{0};
  std::vector<std::thread::id> ran_on(kCallers);
  std::vector<std::thread> callers;
  // The first job ends when the other callers wait, or are about to.
  ASSERT_TRUE(turns.Run([&] {
    for (int t = 0; t < kCallers; ++t) {
      callers.emplace_back([&, t] {
        ++started;
        EXPECT_TRUE(turns.Run([&, t] { ran_on[t] = std::this_thread::get_id(); }));
      });
    }
    while (started < kCallers) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }));
  std::set<std::thread::id> own;
  for (auto& caller : callers) own.insert(caller.get_id());
  for (auto& caller : callers) caller.join();
  std::set<std::thread::id> used;
  for (const auto& id : ran_on) {
    if (!own.count(id)) used.insert(id);  // a caller that came late found the turn free
  }
  EXPECT_EQ(used.size(), 1u);
}

}  // namespace
}  // namespace mmdeploy
