// Generated from api/sdk.yaml by api/gen.py. Asynchronous execution.
#ifndef MMDEPLOY_EXECUTOR_H
#define MMDEPLOY_EXECUTOR_H

#include "mmdeploy/common.h"

#ifdef __cplusplus
extern "C" {
#endif

// A computation that gives a value, or an error. It begins when it is waited for or started. A
// function that takes a sender takes it over, also when it fails, unless it says otherwise.
typedef struct mmdeploy_sender* mmdeploy_sender_t;

// Where a computation runs.
typedef struct mmdeploy_scheduler* mmdeploy_scheduler_t;

// Owns `value`; returns a new one. NULL is an error.
typedef mmdeploy_value_t (*mmdeploy_then_fn_t)(mmdeploy_value_t value, void* context);

typedef mmdeploy_value_t (*mmdeploy_then_fn_v2_t)(mmdeploy_value_t* value, void* context);

typedef int (*mmdeploy_then_fn_v3_t)(mmdeploy_value_t* input, mmdeploy_value_t* output,
                                     void* context);

// Borrows `value` until the returned sender completes.
typedef mmdeploy_sender_t (*mmdeploy_let_value_fn_t)(mmdeploy_value_t value, void* context);

// Any work.
typedef void (*mmdeploy_execute_fn_t)(void* context);

// A list of schedulers, one per task of a pipeline.
typedef struct mmdeploy_exec_info* mmdeploy_exec_info_t;

// One entry of the list; `next` of the last is NULL.
struct mmdeploy_exec_info {
  mmdeploy_exec_info_t next;
  // the `name` of a task of pipeline.json
  const char* task_name;
  // where the calls of that task run
  mmdeploy_scheduler_t scheduler;
};

// Runs work on the calling thread. The caller destroys the handle, as with the functions below.
MMDEPLOY_API mmdeploy_scheduler_t mmdeploy_executor_inline(void);

// A handle to the pool of the process, which has a thread per processor.
MMDEPLOY_API mmdeploy_scheduler_t mmdeploy_executor_system_pool(void);

// A pool of its own; NULL for a wrong number.
//   num_threads: 1 to 1024
MMDEPLOY_API mmdeploy_scheduler_t mmdeploy_executor_create_thread_pool(int num_threads);

// A pool of one thread.
MMDEPLOY_API mmdeploy_scheduler_t mmdeploy_executor_create_thread(void);

// A scheduler for a task of a pipeline: calls of it that come close together share one call of up
// to `max_batch_size` items on `scheduler`, which stays the caller's. Results do not depend on it.
//   timeout: microseconds that the first call waits for others; below 0: not at all
MMDEPLOY_API mmdeploy_scheduler_t mmdeploy_executor_dynamic_batch(mmdeploy_scheduler_t scheduler,
                                                                  int max_batch_size, int timeout);

// Frees a handle; returns 0. Work that was posted still runs.
MMDEPLOY_API int mmdeploy_scheduler_destroy(mmdeploy_scheduler_t scheduler);

// A further sender of one computation; NULL unless `input` comes from mmdeploy_executor_split.
// `input` stays the caller's.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_sender_copy(mmdeploy_sender_t input);

// Frees a sender that no other function took over; returns 0.
MMDEPLOY_API int mmdeploy_sender_destroy(mmdeploy_sender_t sender);

// Gives a copy of a value, which stays the caller's; NULL stands for an empty one.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_just(mmdeploy_value_t value);

// Gives an empty value on a scheduler.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_schedule(mmdeploy_scheduler_t scheduler);

// Gives a copy of a value on a scheduler.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_transfer_just(mmdeploy_scheduler_t scheduler,
                                                               mmdeploy_value_t value);

// Goes on on a scheduler.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_transfer(mmdeploy_sender_t input,
                                                          mmdeploy_scheduler_t scheduler);

// Begins on a scheduler.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_on(mmdeploy_scheduler_t scheduler,
                                                    mmdeploy_sender_t input);

// Calls `fn` with the value, which it owns.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_then(mmdeploy_sender_t input,
                                                      mmdeploy_then_fn_t fn, void* context);

// Goes on with the sender that `fn` returns; the value is borrowed until it completes.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_let_value(mmdeploy_sender_t input,
                                                           mmdeploy_let_value_fn_t fn,
                                                           void* context);

// Makes a sender that can be copied; the computation runs once.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_split(mmdeploy_sender_t input);

// Gives the values of all senders as lists, in order; takes all of them over.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_when_all(mmdeploy_sender_t* inputs, int32_t n);

// Begins at once and keeps the result.
MMDEPLOY_API mmdeploy_sender_t mmdeploy_executor_ensure_started(mmdeploy_sender_t input);

// Begins; nobody sees the result.
MMDEPLOY_API int mmdeploy_executor_start_detached(mmdeploy_sender_t input);

// Waits for the value, which is the caller's; NULL if it failed.
MMDEPLOY_API mmdeploy_value_t mmdeploy_executor_sync_wait(mmdeploy_sender_t input);

// Waits; `output` gets the value, and may be NULL.
MMDEPLOY_API int mmdeploy_executor_sync_wait_v2(mmdeploy_sender_t input, mmdeploy_value_t* output);

// Runs `fn` on a scheduler.
MMDEPLOY_API void mmdeploy_executor_execute(mmdeploy_scheduler_t scheduler,
                                            mmdeploy_execute_fn_t fn, void* context);

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_EXECUTOR_H
