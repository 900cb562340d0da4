#include "mmdeploy/backend/turns.h"

#include <system_error>

namespace mmdeploy {

Turns::~Turns() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  turn_offered_.notify_all();
  for (auto& thread : threads_) thread.join();
}

Result<void> Turns::Run(const std::function<void()>& job) {
  if (limit_ == 0) {
    job();
    return {};
  }
  std::unique_lock lock(mutex_);
  if (running_ == limit_) return RunElsewhere(job, &lock);
  ++running_;
  RunHere(job, &lock);
  if (waiting_.size() > static_cast<size_t>(offered_)) {
    ++offered_;
    turn_offered_.notify_one();
  } else {
    --running_;
  }
  return {};
}

void Turns::RunHere(const std::function<void()>& job, std::unique_lock<std::mutex>* lock) {
  lock->unlock();
  job();
  lock->lock();
}

Result<void> Turns::RunElsewhere(const std::function<void()>& job,
                                 std::unique_lock<std::mutex>* lock) {
  if (threads_.size() < static_cast<size_t>(limit_)) {
    try {
      threads_.emplace_back([this] { Work(); });
    } catch (const std::system_error& error) {
      return MakeError(Code::kFail, "no thread can be started for callers that wait: {}",
                       error.what());
    }
  }
  Waiting waiting{job};
  waiting_.push_back(&waiting);
  waiting.done.wait(*lock, [&] { return waiting.is_done; });
  return {};
}

// What a thread of ours does: takes a turn that is offered, keeps it while jobs wait.
void Turns::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    turn_offered_.wait(lock, [&] { return offered_ > 0 || stops_; });
    if (stops_) return;
    --offered_;
    while (!waiting_.empty()) {
      Waiting& next = *waiting_.front();
      waiting_.pop_front();
      RunHere(next.job, &lock);
      next.is_done = true;
      next.done.notify_one();
    }
    --running_;
  }
}

}  // namespace mmdeploy
