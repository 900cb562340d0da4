#include "mmdeploy/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "mmdeploy/base/fork.h"

#ifdef __linux__
#include <sched.h>
#include <unistd.h>
#endif

#ifndef MMDEPLOY_STD_THREADS
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#endif

namespace mmdeploy {
namespace {

#ifdef MMDEPLOY_STD_THREADS

void RunParallel(int64_t count, int threads, const std::function<void(int64_t)>& body) {
  std::atomic<int64_t> next{0};
  std::exception_ptr thrown;
  std::once_flag first;
  const auto work = [&] {
    try {
      for (int64_t i = next++; i < count; i = next++) body(i);
    } catch (...) {
      next = count;
      std::call_once(first, [&] { thrown = std::current_exception(); });
    }
  };
  std::vector<std::thread> workers;
  try {
    for (int t = 1; t < threads; ++t) workers.emplace_back(work);
  } catch (...) {
    // A thread that the system refuses: those that are there do its work.
  }
  work();
  for (auto& worker : workers) worker.join();
  if (thrown) std::rethrow_exception(thrown);
}

#else

void RunParallel(int64_t count, int threads, const std::function<void(int64_t)>& body) {
  const auto loop = [&] {
    tbb::parallel_for(
        int64_t{0}, count, [&](int64_t i) { body(i); }, tbb::simple_partitioner{});
  };
  if (threads >= NumProcessors()) {
    // Isolated: a thread that waits here must not pick up somebody else's task, which could
    // need a lock that the thread already holds.
    tbb::this_task_arena::isolate(loop);
  } else {
    tbb::task_arena arena(threads);
    arena.execute(loop);
  }
}

#endif

}  // namespace

int NumProcessors() {
  static const int count = [] {
#ifdef __linux__
    // The standard library counts those of the machine, also in a process that is kept on some of
    // them: there threads would wait for each other.
    cpu_set_t allowed;
    if (sched_getaffinity(getpid(), sizeof(allowed), &allowed) == 0) {
      return std::max(1, CPU_COUNT(&allowed));
    }
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }();
  return count;
}

void ParallelFor(int64_t count, int max_threads, const std::function<void(int64_t)>& body) {
  int64_t threads = max_threads > 0 ? max_threads : NumProcessors();
  threads = std::min(threads, count);
  // In a child made by fork the pool has no workers.
  if (threads <= 1 || ForkCount() > 0) {
    for (int64_t i = 0; i < count; ++i) body(i);
  } else {
    RunParallel(count, static_cast<int>(threads), body);
  }
}

}  // namespace mmdeploy
