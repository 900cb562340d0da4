#include "bindings/capi/sender.h"

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/scheduler.h"
#include "bindings/capi/wall.h"
#include "mmdeploy/base/log.h"

namespace mmdeploy::capi {
namespace {

// Runs what makes a handle; NULL, with the error noted, if it fails.
template <class Body>
auto MakeHandle(Body&& body) -> decltype(body()) {
  decltype(body()) handle = nullptr;
  Status([&]() -> Result<void> {
    handle = body();
    return {};
  });
  return handle;
}

// NULL in, NULL out, with the reason.
template <class Handle>
bool IsMissing(Handle handle, const char* name) {
  if (handle != nullptr) return false;
  Status([&]() -> Result<void> {
    return MakeError(Code::kInvalidArgument, "argument '{}' is NULL", name);
  });
  return true;
}

// The result of a callback of the caller, which may throw where it is written in C++.
template <class Body>
Outcome CallBack(Body&& body) {
  try {
    mmdeploy_value_t value = body();
    MMDEPLOY_ENSURE(value != nullptr, Code::kFail, "the callback returned NULL");
    const std::unique_ptr<mmdeploy_value> owner(value);
    return std::move(*value);
  } catch (const std::exception& e) {
    return MakeError(Code::kFail, "the callback failed: {}", e.what());
  } catch (...) {
    return MakeError(Code::kFail, "the callback threw");
  }
}

// One outcome for several continuations; begins with the first, or at once.
class Shared {
 public:
  explicit Shared(Start start) : start_(std::move(start)) {}

  static void Begin(const std::shared_ptr<Shared>& self) {
    Start start;
    {
      const std::lock_guard<std::mutex> lock(self->mutex_);
      start = std::exchange(self->start_, nullptr);
    }
    if (start) start([self](Outcome outcome) { self->Finish(std::move(outcome)); });
  }

  static void Then(const std::shared_ptr<Shared>& self, Continuation done) {
    Begin(self);
    {
      const std::lock_guard<std::mutex> lock(self->mutex_);
      if (!self->finished_) {
        self->waiting_.push_back(std::move(done));
        return;
      }
    }
    done(self->outcome_);
  }

 private:
  void Finish(Outcome outcome) {
    std::vector<Continuation> waiting;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      outcome_ = std::move(outcome);
      finished_ = true;
      waiting = std::move(waiting_);
    }
    for (const auto& done : waiting) done(outcome_);
  }

  std::mutex mutex_;
  Start start_;
  std::vector<Continuation> waiting_;
  bool finished_ = false;
  Outcome outcome_;  // written once, before `finished_`
};

// The outcomes of several computations, in order.
struct Gathering {
  std::mutex mutex;
  std::vector<Outcome> outcomes;
  size_t missing = 0;
  Continuation done;

  static void Finish(const std::shared_ptr<Gathering>& self, size_t index, Outcome outcome) {
    {
      const std::lock_guard<std::mutex> lock(self->mutex);
      self->outcomes[index] = std::move(outcome);
      if (--self->missing > 0) return;
    }
    mmdeploy_value all;
    for (Outcome& one : self->outcomes) {
      if (!one) return self->done(MakeError(one.error()));
      all.values.emplace_back(Value::List(std::move(one->values)));
    }
    self->done(std::move(all));
  }
};

// What a waiting thread gets: an outcome, or word that nobody will ever give one.
class Answer {
 public:
  void Give(Outcome outcome) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (given_) return;
    outcome_ = std::move(outcome);
    given_ = true;
    wake_.notify_one();
  }

  Outcome Wait() {
    std::unique_lock<std::mutex> lock(mutex_);
    wake_.wait(lock, [&] { return given_; });
    return std::move(outcome_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  bool given_ = false;
  Outcome outcome_;
};

Outcome Wait(Start start) {
  const auto answer = std::make_shared<Answer>();
  // Goes away with the last copy of the continuation.
  std::shared_ptr<void> last(nullptr, [answer](void*) {
    answer->Give(MakeError(Code::kFail, "the computation ended without a result"));
  });
  {
    Continuation done = [answer, last](Outcome outcome) { answer->Give(std::move(outcome)); };
    std::exchange(start, nullptr)(std::move(done));
  }
  last.reset();
  return answer->Wait();
}

Start Transfer(Start input, std::shared_ptr<Scheduler> scheduler) {
  return [input = std::move(input), scheduler = std::move(scheduler)](Continuation done) {
    input([scheduler, done = std::move(done)](Outcome outcome) {
      scheduler->Post([done, outcome = std::move(outcome)] { done(outcome); });
    });
  };
}

Start Just(mmdeploy_value value) {
  return [value = std::move(value)](const Continuation& done) { done(value); };
}

mmdeploy_scheduler_t NewScheduler(std::shared_ptr<Scheduler> scheduler) {
  return new mmdeploy_scheduler{std::move(scheduler)};
}

}  // namespace

mmdeploy_sender_t NewSender(Start start, bool copyable) {
  return new mmdeploy_sender{std::move(start), copyable};
}

Start Take(mmdeploy_sender_t sender) { return std::move(sender->start); }

Start Consume(mmdeploy_sender_t sender) {
  const std::unique_ptr<mmdeploy_sender> owner(sender);
  return Take(sender);
}

Start RunAsync(std::shared_ptr<const Pipeline> pipeline, Start input) {
  return [pipeline = std::move(pipeline), input = std::move(input)](Continuation done) {
    input([pipeline, done = std::move(done)](Outcome outcome) {
      if (!outcome) return done(std::move(outcome));
      auto results = pipeline->Run(std::move(outcome->values));
      if (!results) return done(MakeError(results.error()));
      done(mmdeploy_value{std::move(*results), nullptr, pipeline->output_types()});
    });
  };
}

Start ContinueWith(Start input, NextSender next) {
  const auto run = [next = std::move(next)](Outcome outcome, const Continuation& done) {
    if (!outcome) return done(std::move(outcome));
    mmdeploy_sender_t sender = nullptr;
    Result<int> status = 0;
    try {
      status = next(&*outcome, &sender);
    } catch (const std::exception& e) {
      status = MakeError(Code::kFail, "the callback failed: {}", e.what());
    } catch (...) {
      status = MakeError(Code::kFail, "the callback threw");
    }
    std::unique_ptr<mmdeploy_sender> owner(sender);
    if (!status) return done(MakeError(status.error()));
    if (*status != 0 || !owner) return done(mmdeploy_value{});
    Take(sender)(done);
  };
  return [input = std::move(input), run](Continuation done) {
    input([run, done = std::move(done)](Outcome outcome) { run(std::move(outcome), done); });
  };
}

mmdeploy_scheduler_t ExecutorInline() {
  return MakeHandle([] { return NewScheduler(InlineScheduler()); });
}

mmdeploy_scheduler_t ExecutorSystemPool() {
  return MakeHandle([] { return NewScheduler(SystemPool()); });
}

mmdeploy_scheduler_t ExecutorCreateThreadPool(int num_threads) {
  mmdeploy_scheduler_t handle = nullptr;
  Status([&]() -> Result<void> {
    MMDEPLOY_TRY(auto pool, ThreadPool(num_threads));
    handle = NewScheduler(std::move(pool));
    return {};
  });
  return handle;
}

mmdeploy_scheduler_t ExecutorCreateThread() { return ExecutorCreateThreadPool(1); }

mmdeploy_scheduler_t ExecutorDynamicBatch(mmdeploy_scheduler_t scheduler, int max_batch_size,
                                          int timeout) {
  if (IsMissing(scheduler, "scheduler")) return nullptr;
  return MakeHandle(
      [&] { return NewScheduler(DynamicBatch(scheduler->scheduler, max_batch_size, timeout)); });
}

int SchedulerDestroy(mmdeploy_scheduler_t scheduler) {
  delete scheduler;
  return MMDEPLOY_SUCCESS;
}

mmdeploy_sender_t SenderCopy(mmdeploy_sender_t input) {
  if (IsMissing(input, "input")) return nullptr;
  mmdeploy_sender_t copy = nullptr;
  Status([&]() -> Result<void> {
    MMDEPLOY_ENSURE(input->copyable, Code::kInvalidArgument,
                    "only senders of mmdeploy_executor_split can be copied");
    copy = NewSender(input->start, true);
    return {};
  });
  return copy;
}

int SenderDestroy(mmdeploy_sender_t sender) {
  delete sender;
  return MMDEPLOY_SUCCESS;
}

mmdeploy_sender_t ExecutorJust(mmdeploy_value_t value) {
  return MakeHandle([&] { return NewSender(Just(value ? *value : mmdeploy_value{})); });
}

mmdeploy_sender_t ExecutorSchedule(mmdeploy_scheduler_t scheduler) {
  if (IsMissing(scheduler, "scheduler")) return nullptr;
  return MakeHandle([&] { return NewSender(Transfer(Just({}), scheduler->scheduler)); });
}

mmdeploy_sender_t ExecutorTransferJust(mmdeploy_scheduler_t scheduler, mmdeploy_value_t value) {
  if (IsMissing(scheduler, "scheduler") || IsMissing(value, "value")) return nullptr;
  return MakeHandle([&] { return NewSender(Transfer(Just(*value), scheduler->scheduler)); });
}

mmdeploy_sender_t ExecutorTransfer(mmdeploy_sender_t input, mmdeploy_scheduler_t scheduler) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  if (IsMissing(scheduler, "scheduler")) return nullptr;
  return MakeHandle([&] { return NewSender(Transfer(std::move(start), scheduler->scheduler)); });
}

mmdeploy_sender_t ExecutorOn(mmdeploy_scheduler_t scheduler, mmdeploy_sender_t input) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  if (IsMissing(scheduler, "scheduler")) return nullptr;
  return MakeHandle([&] {
    return NewSender([start = std::move(start), pool = scheduler->scheduler](Continuation done) {
      pool->Post([start, done = std::move(done)] { start(done); });
    });
  });
}

mmdeploy_sender_t ExecutorThen(mmdeploy_sender_t input, mmdeploy_then_fn_t fn, void* context) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  if (IsMissing(fn, "fn")) return nullptr;
  return MakeHandle([&] {
    return NewSender([start = std::move(start), fn, context](Continuation done) {
      start([fn, context, done = std::move(done)](Outcome outcome) {
        if (!outcome) return done(std::move(outcome));
        done(CallBack([&] { return fn(new mmdeploy_value(std::move(*outcome)), context); }));
      });
    });
  });
}

mmdeploy_sender_t ExecutorLetValue(mmdeploy_sender_t input, mmdeploy_let_value_fn_t fn,
                                   void* context) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  if (IsMissing(fn, "fn")) return nullptr;
  const auto run = [fn, context](Outcome outcome, Continuation done) {
    if (!outcome) return done(std::move(outcome));
    const auto value = std::make_shared<mmdeploy_value>(std::move(*outcome));
    mmdeploy_sender_t inner = nullptr;
    try {
      inner = fn(value.get(), context);
    } catch (...) {
    }
    if (!inner) return done(MakeError(Code::kFail, "the callback gave no sender"));
    // The value is borrowed until the inner computation ends.
    Consume(inner)([value, done = std::move(done)](Outcome result) { done(std::move(result)); });
  };
  return MakeHandle([&] {
    return NewSender([start = std::move(start), run](Continuation done) {
      start([run, done = std::move(done)](Outcome outcome) { run(std::move(outcome), done); });
    });
  });
}

mmdeploy_sender_t ExecutorSplit(mmdeploy_sender_t input) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  return MakeHandle([&] {
    return NewSender([shared = std::make_shared<Shared>(std::move(start))](
                         Continuation done) { Shared::Then(shared, std::move(done)); },
                     true);
  });
}

mmdeploy_sender_t ExecutorWhenAll(mmdeploy_sender_t* inputs, int32_t count) {
  if (count < 0 || (count > 0 && IsMissing(inputs, "inputs"))) return nullptr;
  std::vector<Start> starts;
  bool complete = true;
  for (int32_t i = 0; i < count; ++i) {
    complete &= inputs[i] != nullptr;
    if (inputs[i] != nullptr) starts.push_back(Consume(inputs[i]));
  }
  if (!complete && IsMissing<void*>(nullptr, "inputs[i]")) return nullptr;
  return MakeHandle([&] {
    return NewSender([starts = std::move(starts)](Continuation done) {
      if (starts.empty()) return done(mmdeploy_value{});
      auto gathering = std::make_shared<Gathering>();
      gathering->outcomes.resize(starts.size());
      gathering->missing = starts.size();
      gathering->done = std::move(done);
      for (size_t i = 0; i < starts.size(); ++i) {
        starts[i]([gathering, i](Outcome outcome) {
          Gathering::Finish(gathering, i, std::move(outcome));
        });
      }
    });
  });
}

mmdeploy_sender_t ExecutorEnsureStarted(mmdeploy_sender_t input) {
  if (IsMissing(input, "input")) return nullptr;
  Start start = Consume(input);
  return MakeHandle([&] {
    auto shared = std::make_shared<Shared>(std::move(start));
    Shared::Begin(shared);
    return NewSender([shared](Continuation done) { Shared::Then(shared, std::move(done)); });
  });
}

Result<void> ExecutorStartDetached(mmdeploy_sender_t input) {
  Take(input)([](const Outcome&) {});
  return {};
}

mmdeploy_value_t ExecutorSyncWait(mmdeploy_sender_t input) {
  mmdeploy_value_t value = nullptr;
  if (IsMissing(input, "input")) return nullptr;
  const std::unique_ptr<mmdeploy_sender> owner(input);
  Status([&] { return ExecutorSyncWaitV2(input, &value); });
  return value;
}

Result<void> ExecutorSyncWaitV2(mmdeploy_sender_t input, mmdeploy_value_t* output) {
  MMDEPLOY_TRY(mmdeploy_value value, Wait(Take(input)));
  if (output != nullptr) *output = new mmdeploy_value(std::move(value));
  return {};
}

void ExecutorExecute(mmdeploy_scheduler_t scheduler, void (*fn)(void*), void* context) {
  if (IsMissing(scheduler, "scheduler") || IsMissing(fn, "fn")) return;
  Status([&]() -> Result<void> {
    scheduler->scheduler->Post([fn, context] {
      try {
        fn(context);
      } catch (...) {  // also on the calling thread, where no wall is
        Log(LogLevel::kError, "the callback of mmdeploy_executor_execute threw");
      }
    });
    return {};
  });
}

}  // namespace mmdeploy::capi
