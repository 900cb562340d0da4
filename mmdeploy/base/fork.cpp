#include "mmdeploy/base/fork.h"

#include <pthread.h>

#include <thread>

namespace mmdeploy {
namespace {

std::atomic<int> fork_count{0};
pthread_t forked_thread;  // of a child: the thread that it began with

void CountFork() {
  forked_thread = pthread_self();
  ++fork_count;
}

}  // namespace

int ForkCount() {
  static const int registered = pthread_atfork(nullptr, nullptr, CountFork);
  static_cast<void>(registered);  // fails without memory only; forks are not seen then
  return fork_count.load(std::memory_order_acquire);
}

void RunOnOwnThread(const std::function<void()>& job) {
  if (ForkCount() == 0 || !pthread_equal(pthread_self(), forked_thread)) return job();
  std::thread(job).join();
}

}  // namespace mmdeploy
