// Generated from api/sdk.yaml by api/gen.py. Types of asynchronous execution. The functions that
// use them are not part of this release.
#ifndef MMDEPLOY_EXECUTOR_H
#define MMDEPLOY_EXECUTOR_H

#include "mmdeploy/common.h"

#ifdef __cplusplus
extern "C" {
#endif

// A computation that gives a value.
typedef struct mmdeploy_sender* mmdeploy_sender_t;

// Where a computation runs.
typedef struct mmdeploy_scheduler* mmdeploy_scheduler_t;

// Owns `value`; returns a new one.
typedef mmdeploy_value_t (*mmdeploy_then_fn_t)(mmdeploy_value_t value, void* context);

typedef mmdeploy_value_t (*mmdeploy_then_fn_v2_t)(mmdeploy_value_t* value, void* context);

typedef int (*mmdeploy_then_fn_v3_t)(mmdeploy_value_t* input, mmdeploy_value_t* output,
                                     void* context);

// Borrows `value` until the returned sender completes.
typedef mmdeploy_sender_t (*mmdeploy_let_value_fn_t)(mmdeploy_value_t value, void* context);

// A list of schedulers, one per task of a pipeline.
typedef struct mmdeploy_exec_info* mmdeploy_exec_info_t;

// One entry of the list; `next` of the last is NULL.
struct mmdeploy_exec_info {
  mmdeploy_exec_info_t next;
  const char* task_name;
  mmdeploy_scheduler_t scheduler;
};

#ifdef __cplusplus
}
#endif

#endif  // MMDEPLOY_EXECUTOR_H
