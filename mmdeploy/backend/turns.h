#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// Lets a limited number of jobs run at the same time, for callers on any threads.
//
// A job whose turn is free runs on the thread that brings it. The others run one after the other on
// a thread of this object, not on those of their callers: a thread that wakes for its turn often
// starts on the processor where a worker of the engine sleeps, which then cannot help it although
// another processor is idle. A thread that goes from job to job stays where it is, has no gap
// between them, and is the only one for which OpenMP keeps a team of workers.
class Turns {
 public:
  // `limit` jobs at the same time; 0: any number.
  explicit Turns(int limit) : limit_(limit) {}
  ~Turns();

  // Runs `job`, which must not throw, and returns when it is done. Errors: kFail if a thread is
  // needed and there is none.
  Result<void> Run(const std::function<void()>& job);

 private:
  struct Waiting {
    const std::function<void()>& job;
    bool is_done = false;
    std::condition_variable done = {};
  };

  Result<void> RunElsewhere(const std::function<void()>& job, std::unique_lock<std::mutex>* lock);
  void RunHere(const std::function<void()>& job, std::unique_lock<std::mutex>* lock);
  void Work();

  const int limit_;
  std::mutex mutex_;  // guards what follows
  int running_ = 0;   // turns taken, by callers and by threads of ours
  int offered_ = 0;   // of them, those that callers left to our threads
  std::deque<Waiting*> waiting_;
  std::vector<std::thread> threads_;
  std::condition_variable turn_offered_;
  bool stops_ = false;
};

}  // namespace mmdeploy
