#include "bindings/capi/scheduler.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "mmdeploy/base/fork.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/base/parallel.h"

namespace mmdeploy::capi {
namespace {

// A step whose calls run on a scheduler; the caller waits.
class ScheduledModule : public Module {
 public:
  ScheduledModule(std::shared_ptr<const Module> module, std::shared_ptr<Scheduler> scheduler)
      : module_(std::move(module)), scheduler_(std::move(scheduler)) {}

  const Signature& signature() const override { return module_->signature(); }
  bool runs_item_by_item() const override { return module_->runs_item_by_item(); }
  int batch_size() const override { return module_->batch_size(); }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    return Await([&] { return module_->TryRun(inputs, context); });
  }
  Result<std::vector<Values>> RunMany(Span<const Values> items,
                                      const RunContext& context) const override {
    return Await([&] { return module_->RunMany(items, context); });
  }

 private:
  template <class Body>
  auto Await(Body&& body) const -> decltype(body()) {
    if (scheduler_->IsOwnThread()) return body();
    std::promise<decltype(body())> promise;
    scheduler_->Post([&] {
      try {
        promise.set_value(body());
      } catch (...) {
        promise.set_exception(std::current_exception());
      }
    });
    return promise.get_future().get();
  }

  std::shared_ptr<const Module> module_;
  std::shared_ptr<Scheduler> scheduler_;
};

class Inline : public Scheduler {
 public:
  void Post(std::function<void()> work) override { work(); }
  bool IsOwnThread() const override { return true; }
};

// What the threads of a pool share with its handle.
struct PoolState {
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<std::function<void()>> queue;
  bool closed = false;
};

thread_local const PoolState* own_pool = nullptr;

// The threads of a pool in one process.
class PoolThreads {
 public:
  explicit PoolThreads(int count) : state_(std::make_shared<PoolState>()) {
    // Detached: the last handle may go away on one of these threads.
    for (int i = 0; i < count; ++i) std::thread([state = state_] { Work(state.get()); }).detach();
  }

  ~PoolThreads() {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->closed = true;
    state_->wake.notify_all();
  }

  void Post(std::function<void()> work) {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    state_->queue.push_back(std::move(work));
    state_->wake.notify_one();
  }

  bool IsOwnThread() const { return own_pool == state_.get(); }

 private:
  static void Work(PoolState* state) {
    own_pool = state;
    std::unique_lock<std::mutex> lock(state->mutex);
    while (true) {
      state->wake.wait(lock, [&] { return state->closed || !state->queue.empty(); });
      if (state->queue.empty()) return;
      auto work = std::move(state->queue.front());
      state->queue.pop_front();
      lock.unlock();
      RunSafely(work);
      work = nullptr;  // what it holds goes away outside of the lock
      lock.lock();
    }
  }

  // What a caller's work throws ends that work, not the process; who waits for it is told, because
  // its continuation goes away uncalled (sender.cpp).
  static void RunSafely(const std::function<void()>& work) noexcept {
    try {
      work();
    } catch (const std::exception& e) {
      Log(LogLevel::kError, "work on a scheduler threw: {}", e.what());
    } catch (...) {
      Log(LogLevel::kError, "work on a scheduler threw");
    }
  }

  std::shared_ptr<PoolState> state_;
};

// In a child made by fork the threads are made anew.
class Pool : public Scheduler {
 public:
  explicit Pool(int num_threads)
      : threads_([num_threads] { return std::make_unique<PoolThreads>(num_threads); }) {}

  void Post(std::function<void()> work) override { threads_.Get().Post(std::move(work)); }
  bool IsOwnThread() const override { return threads_.Get().IsOwnThread(); }

 private:
  PerProcess<PoolThreads> threads_;
};

// A step that joins the items of calls which come close together. The first call of a batch leads:
// it waits for others, runs all items and hands the results out.
class BatchingModule : public Module {
 public:
  BatchingModule(std::shared_ptr<const Module> module, size_t max_items,
                 std::chrono::microseconds timeout)
      : module_(std::move(module)), max_items_(max_items), timeout_(timeout) {}

  const Signature& signature() const override { return module_->signature(); }
  bool runs_item_by_item() const override { return module_->runs_item_by_item(); }
  int batch_size() const override { return module_->batch_size(); }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    return module_->TryRun(inputs, context);
  }

  Result<std::vector<Values>> RunMany(Span<const Values> items,
                                      const RunContext& context) const override {
    if (items.size() >= max_items_ || items.empty()) return module_->RunMany(items, context);
    std::unique_lock<std::mutex> lock(mutex_);
    if (open_ && open_->items.size() + items.size() > max_items_) open_ = nullptr;
    const bool leads = open_ == nullptr;
    if (leads) open_ = std::make_shared<Batch>();
    const std::shared_ptr<Batch> batch = open_;
    const size_t first = batch->items.size();
    batch->items.insert(batch->items.end(), items.begin(), items.end());
    if (batch->items.size() >= max_items_) {
      open_ = nullptr;
      batch->full.notify_all();
    }
    if (leads) {
      Lead(batch.get(), context, &lock);
    } else {
      batch->done.wait(lock, [&] { return batch->finished; });
    }
    if (!batch->results) return MakeError(batch->results.error());
    const auto begin = batch->results->begin() + static_cast<int64_t>(first);
    return std::vector<Values>(begin, begin + static_cast<int64_t>(items.size()));
  }

 private:
  struct Batch {
    std::vector<Values> items;
    std::condition_variable full, done;
    bool finished = false;
    Result<std::vector<Values>> results;
  };

  void Lead(Batch* batch, const RunContext& context, std::unique_lock<std::mutex>* lock) const {
    if (timeout_.count() > 0) {
      batch->full.wait_for(*lock, timeout_, [&] { return open_.get() != batch; });
    }
    if (open_.get() == batch) open_ = nullptr;  // later calls begin a batch of their own
    // The joined call is everybody's: one caller who gives up must not end it for the others.
    RunContext inner = context;
    inner.cancellation = nullptr;
    inner.first_item = inner.total_items = 0;
    lock->unlock();
    Result<std::vector<Values>> results = MakeError(Code::kFail, "the batch did not run");
    try {
      results = module_->RunMany(batch->items, inner);
    } catch (const std::exception& e) {
      results = MakeError(Code::kFail, "{}", e.what());
    }
    lock->lock();
    batch->results = std::move(results);
    batch->finished = true;
    batch->done.notify_all();
  }

  std::shared_ptr<const Module> module_;
  const size_t max_items_;
  const std::chrono::microseconds timeout_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<Batch> open_;
};

class Batching : public Scheduler {
 public:
  Batching(std::shared_ptr<Scheduler> inner, int max_batch_size, int timeout_us)
      : inner_(std::move(inner)),
        max_items_(static_cast<size_t>(std::max(1, max_batch_size))),
        timeout_(timeout_us) {}

  void Post(std::function<void()> work) override { inner_->Post(std::move(work)); }
  bool IsOwnThread() const override { return inner_->IsOwnThread(); }

  // Callers wait for their batch on their own threads; the joined call runs on `inner`.
  std::shared_ptr<const Module> Decorate(std::shared_ptr<const Module> module,
                                         std::shared_ptr<Scheduler>) const override {
    auto scheduled = inner_->Decorate(std::move(module), inner_);
    return std::make_shared<BatchingModule>(std::move(scheduled), max_items_, timeout_);
  }

 private:
  std::shared_ptr<Scheduler> inner_;
  const size_t max_items_;
  const std::chrono::microseconds timeout_;
};

}  // namespace

std::shared_ptr<const Module> Scheduler::Decorate(std::shared_ptr<const Module> module,
                                                  std::shared_ptr<Scheduler> self) const {
  return std::make_shared<ScheduledModule>(std::move(module), std::move(self));
}

std::shared_ptr<Scheduler> InlineScheduler() { return std::make_shared<Inline>(); }

Result<std::shared_ptr<Scheduler>> ThreadPool(int num_threads) {
  constexpr int kMaxThreads = 1024;
  MMDEPLOY_ENSURE(num_threads >= 1 && num_threads <= kMaxThreads, Code::kInvalidArgument,
                  "a pool of {} threads, allowed: 1 to {}", num_threads, kMaxThreads);
  return std::make_shared<Pool>(num_threads);
}

std::shared_ptr<Scheduler> SystemPool() {
  static const auto* pool = new std::shared_ptr<Scheduler>(std::make_shared<Pool>(NumProcessors()));
  return *pool;
}

std::shared_ptr<Scheduler> DynamicBatch(std::shared_ptr<Scheduler> inner, int max_batch_size,
                                        int timeout_us) {
  return std::make_shared<Batching>(std::move(inner), max_batch_size, timeout_us);
}

}  // namespace mmdeploy::capi
