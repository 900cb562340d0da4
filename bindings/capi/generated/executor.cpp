// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/executor.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

mmdeploy_scheduler_t mmdeploy_executor_inline(void) { return mmdeploy::capi::ExecutorInline(); }

mmdeploy_scheduler_t mmdeploy_executor_system_pool(void) {
  return mmdeploy::capi::ExecutorSystemPool();
}

mmdeploy_scheduler_t mmdeploy_executor_create_thread_pool(int num_threads) {
  return mmdeploy::capi::ExecutorCreateThreadPool(num_threads);
}

mmdeploy_scheduler_t mmdeploy_executor_create_thread(void) {
  return mmdeploy::capi::ExecutorCreateThread();
}

mmdeploy_scheduler_t mmdeploy_executor_dynamic_batch(mmdeploy_scheduler_t scheduler,
                                                     int max_batch_size, int timeout) {
  return mmdeploy::capi::ExecutorDynamicBatch(scheduler, max_batch_size, timeout);
}

int mmdeploy_scheduler_destroy(mmdeploy_scheduler_t scheduler) {
  return mmdeploy::capi::SchedulerDestroy(scheduler);
}

mmdeploy_sender_t mmdeploy_sender_copy(mmdeploy_sender_t input) {
  return mmdeploy::capi::SenderCopy(input);
}

int mmdeploy_sender_destroy(mmdeploy_sender_t sender) {
  return mmdeploy::capi::SenderDestroy(sender);
}

mmdeploy_sender_t mmdeploy_executor_just(mmdeploy_value_t value) {
  return mmdeploy::capi::ExecutorJust(value);
}

mmdeploy_sender_t mmdeploy_executor_schedule(mmdeploy_scheduler_t scheduler) {
  return mmdeploy::capi::ExecutorSchedule(scheduler);
}

mmdeploy_sender_t mmdeploy_executor_transfer_just(mmdeploy_scheduler_t scheduler,
                                                  mmdeploy_value_t value) {
  return mmdeploy::capi::ExecutorTransferJust(scheduler, value);
}

mmdeploy_sender_t mmdeploy_executor_transfer(mmdeploy_sender_t input,
                                             mmdeploy_scheduler_t scheduler) {
  return mmdeploy::capi::ExecutorTransfer(input, scheduler);
}

mmdeploy_sender_t mmdeploy_executor_on(mmdeploy_scheduler_t scheduler, mmdeploy_sender_t input) {
  return mmdeploy::capi::ExecutorOn(scheduler, input);
}

mmdeploy_sender_t mmdeploy_executor_then(mmdeploy_sender_t input, mmdeploy_then_fn_t fn,
                                         void* context) {
  return mmdeploy::capi::ExecutorThen(input, fn, context);
}

mmdeploy_sender_t mmdeploy_executor_let_value(mmdeploy_sender_t input, mmdeploy_let_value_fn_t fn,
                                              void* context) {
  return mmdeploy::capi::ExecutorLetValue(input, fn, context);
}

mmdeploy_sender_t mmdeploy_executor_split(mmdeploy_sender_t input) {
  return mmdeploy::capi::ExecutorSplit(input);
}

mmdeploy_sender_t mmdeploy_executor_when_all(mmdeploy_sender_t* inputs, int32_t n) {
  return mmdeploy::capi::ExecutorWhenAll(inputs, n);
}

mmdeploy_sender_t mmdeploy_executor_ensure_started(mmdeploy_sender_t input) {
  return mmdeploy::capi::ExecutorEnsureStarted(input);
}

int mmdeploy_executor_start_detached(mmdeploy_sender_t input) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_executor_start_detached";
    MMDEPLOY_CHECK_NOT_NULL(input);
    return mmdeploy::capi::ExecutorStartDetached(input);
  });
}

mmdeploy_value_t mmdeploy_executor_sync_wait(mmdeploy_sender_t input) {
  return mmdeploy::capi::ExecutorSyncWait(input);
}

int mmdeploy_executor_sync_wait_v2(mmdeploy_sender_t input, mmdeploy_value_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_executor_sync_wait_v2";
    MMDEPLOY_CHECK_NOT_NULL(input);
    return mmdeploy::capi::ExecutorSyncWaitV2(input, output);
  });
}

void mmdeploy_executor_execute(mmdeploy_scheduler_t scheduler, mmdeploy_execute_fn_t fn,
                               void* context) {
  return mmdeploy::capi::ExecutorExecute(scheduler, fn, context);
}
