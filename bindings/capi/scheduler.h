#pragma once

#include <functional>
#include <memory>

#include "mmdeploy/executor.h"
#include "mmdeploy/module/module.h"

namespace mmdeploy::capi {

// Where work runs. Thread-safe. Work that was posted runs also if the last handle goes away.
class Scheduler {
 public:
  virtual ~Scheduler() = default;
  // `work` must not throw.
  virtual void Post(std::function<void()> work) = 0;
  // Whether the calling thread is one of this scheduler's: it must not wait for its own.
  virtual bool IsOwnThread() const = 0;
  // The step of a pipeline as it runs here; the default runs it on this scheduler and waits.
  virtual std::shared_ptr<const Module> Decorate(std::shared_ptr<const Module> module,
                                                 std::shared_ptr<Scheduler> self) const;
};

// On the calling thread, at once.
std::shared_ptr<Scheduler> InlineScheduler();

// Threads of their own, which end once the work that was posted is done. Errors: kInvalidArgument
// unless 1 <= num_threads <= 1024.
Result<std::shared_ptr<Scheduler>> ThreadPool(int num_threads);

// A pool of the process with a thread per processor; never ends.
std::shared_ptr<Scheduler> SystemPool();

// Runs on `inner`; steps of a pipeline whose calls come close together share one call of up to
// `max_batch_size` items. The first waits `timeout_us` microseconds for others; below 0: not at
// all.
std::shared_ptr<Scheduler> DynamicBatch(std::shared_ptr<Scheduler> inner, int max_batch_size,
                                        int timeout_us);

}  // namespace mmdeploy::capi

struct mmdeploy_scheduler {
  std::shared_ptr<mmdeploy::capi::Scheduler> scheduler;
};
