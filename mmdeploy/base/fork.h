#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

// A child made by fork has one thread, the one that called fork. Thread pools of libraries look
// alive in it, but have no workers: whoever waits for one waits for ever. What is here tells that a
// process is such a child, so that its threads can be made anew.

namespace mmdeploy {

// How many forks lie between this process and the one that asked first.
int ForkCount();

// Runs `job` on a thread of this process: on a new one if the calling thread came here by fork,
// because OpenMP keeps a team of workers for it that are gone. `job` must not throw.
void RunOnOwnThread(const std::function<void()>& job);

// A value of each process: made for the first one, and made anew in a child that asks for it.
// What a child inherits is left alone, for its locks may be taken and its threads are gone.
// Thread-safe.
template <class T>
class PerProcess {
 public:
  using Make = std::function<std::unique_ptr<T>()>;

  explicit PerProcess(Make make) : make_(std::move(make)), held_(new Held{ForkCount(), make_()}) {}

  PerProcess(const PerProcess&) = delete;
  PerProcess& operator=(const PerProcess&) = delete;

  ~PerProcess() {
    Held* held = held_.load();
    if (held->fork == ForkCount()) {
      delete held;
    }
  }

  T& Get() const {
    Held* held = held_.load(std::memory_order_acquire);
    const int fork = ForkCount();
    while (held->fork != fork) {
      auto made = std::make_unique<Held>(Held{fork, make_()});
      if (held_.compare_exchange_strong(held, made.get())) return *made.release()->value;
    }
    return *held->value;
  }

 private:
  struct Held {
    int fork;
    std::unique_ptr<T> value;
  };

  const Make make_;
  mutable std::atomic<Held*> held_;
};

}  // namespace mmdeploy
