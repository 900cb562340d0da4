// Generated from api/sdk.yaml by api/gen.py. What the C entry points call after their argument
// checks.
#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"
#include "mmdeploy/pipeline.h"
#include "mmdeploy/pose_tracker.h"

namespace mmdeploy::capi {

const char* Version();
const char* LastError();
Result<void> ValueCreate(const char* json, const mmdeploy_mat_t* mats, int mat_count,
                         mmdeploy_value_t* value);
Result<void> ValueVisit(mmdeploy_value_t value, mmdeploy_value_visit_fn_t visit, void* context);
Result<void> ValueFromJson(const char* json, mmdeploy_value_t* value);
mmdeploy_value_t ValueCopy(mmdeploy_value_t value);
int ValueDestroy(mmdeploy_value_t value);
Result<void> DeviceCreate(const char* device_name, int device_id, mmdeploy_device_t* device);
void DeviceDestroy(mmdeploy_device_t device);
Result<void> ContextCreate(mmdeploy_context_t* context);
Result<void> ContextCreateByDevice(const char* device_name, int device_id,
                                   mmdeploy_context_t* context);
void ContextDestroy(mmdeploy_context_t context);
Result<void> ContextAdd(mmdeploy_context_t context, mmdeploy_context_type_t type, const char* name,
                        const void* object);
Result<void> ContextSetNumThreads(mmdeploy_context_t context, int num_threads);
Result<void> ContextSetLowLatency(mmdeploy_context_t context, int low_latency);
Result<void> ContextSetTrusted(mmdeploy_context_t context, int trusted);
Result<void> ProfilerCreate(const char* path, mmdeploy_profiler_t* profiler);
void ProfilerDestroy(mmdeploy_profiler_t profiler);
Result<void> CommonCreateInput(const mmdeploy_mat_t* mats, int mat_count, mmdeploy_value_t* value);
Result<void> ModelCreateByPath(const char* path, mmdeploy_model_t* model);
Result<void> ModelCreate(const void* buffer, int size, mmdeploy_model_t* model);
void ModelDestroy(mmdeploy_model_t model);
mmdeploy_scheduler_t ExecutorInline();
mmdeploy_scheduler_t ExecutorSystemPool();
mmdeploy_scheduler_t ExecutorCreateThreadPool(int num_threads);
mmdeploy_scheduler_t ExecutorCreateThread();
mmdeploy_scheduler_t ExecutorDynamicBatch(mmdeploy_scheduler_t scheduler, int max_batch_size,
                                          int timeout);
int SchedulerDestroy(mmdeploy_scheduler_t scheduler);
mmdeploy_sender_t SenderCopy(mmdeploy_sender_t input);
int SenderDestroy(mmdeploy_sender_t sender);
mmdeploy_sender_t ExecutorJust(mmdeploy_value_t value);
mmdeploy_sender_t ExecutorSchedule(mmdeploy_scheduler_t scheduler);
mmdeploy_sender_t ExecutorTransferJust(mmdeploy_scheduler_t scheduler, mmdeploy_value_t value);
mmdeploy_sender_t ExecutorTransfer(mmdeploy_sender_t input, mmdeploy_scheduler_t scheduler);
mmdeploy_sender_t ExecutorOn(mmdeploy_scheduler_t scheduler, mmdeploy_sender_t input);
mmdeploy_sender_t ExecutorThen(mmdeploy_sender_t input, mmdeploy_then_fn_t fn, void* context);
mmdeploy_sender_t ExecutorLetValue(mmdeploy_sender_t input, mmdeploy_let_value_fn_t fn,
                                   void* context);
mmdeploy_sender_t ExecutorSplit(mmdeploy_sender_t input);
mmdeploy_sender_t ExecutorWhenAll(mmdeploy_sender_t* inputs, int32_t n);
mmdeploy_sender_t ExecutorEnsureStarted(mmdeploy_sender_t input);
Result<void> ExecutorStartDetached(mmdeploy_sender_t input);
mmdeploy_value_t ExecutorSyncWait(mmdeploy_sender_t input);
Result<void> ExecutorSyncWaitV2(mmdeploy_sender_t input, mmdeploy_value_t* output);
void ExecutorExecute(mmdeploy_scheduler_t scheduler, mmdeploy_execute_fn_t fn, void* context);
Result<void> PipelineCreate(mmdeploy_value_t config, const char* device_name, int device_id,
                            mmdeploy_exec_info_t exec_info, mmdeploy_pipeline_t* pipeline);
Result<void> PipelineCreateV3(mmdeploy_value_t config, mmdeploy_context_t context,
                              mmdeploy_pipeline_t* pipeline);
Result<void> PipelineCreateFromModel(mmdeploy_model_t model, mmdeploy_context_t context,
                                     mmdeploy_pipeline_t* pipeline);
Result<void> PipelineDescribe(mmdeploy_pipeline_t pipeline, mmdeploy_value_t* description);
Result<void> PipelineApply(mmdeploy_pipeline_t pipeline, mmdeploy_value_t input,
                           mmdeploy_value_t* output);
Result<void> PipelineApplyAsync(mmdeploy_pipeline_t pipeline, mmdeploy_sender_t input,
                                mmdeploy_sender_t* output);
void PipelineDestroy(mmdeploy_pipeline_t pipeline);
Result<void> PoseTrackerDefaultParams(mmdeploy_pose_tracker_param_t* params);
Result<void> PoseTrackerCreate(mmdeploy_model_t det_model, mmdeploy_model_t pose_model,
                               mmdeploy_context_t context, mmdeploy_pose_tracker_t* pipeline);
void PoseTrackerDestroy(mmdeploy_pose_tracker_t pipeline);
Result<void> PoseTrackerCreateState(mmdeploy_pose_tracker_t pipeline,
                                    const mmdeploy_pose_tracker_param_t* params,
                                    mmdeploy_pose_tracker_state_t* state);
void PoseTrackerDestroyState(mmdeploy_pose_tracker_state_t state);
Result<void> PoseTrackerApply(mmdeploy_pose_tracker_t pipeline,
                              mmdeploy_pose_tracker_state_t* states, const mmdeploy_mat_t* frames,
                              const int32_t* use_detect, int32_t count,
                              mmdeploy_pose_tracker_target_t** results, int32_t** result_count);
void PoseTrackerReleaseResult(mmdeploy_pose_tracker_target_t* results, const int32_t* result_count,
                              int count);

}  // namespace mmdeploy::capi
