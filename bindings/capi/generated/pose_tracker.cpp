// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/pose_tracker.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_pose_tracker_default_params(mmdeploy_pose_tracker_param_t* params) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pose_tracker_default_params";
    MMDEPLOY_CHECK_NOT_NULL(params);
    return mmdeploy::capi::PoseTrackerDefaultParams(params);
  });
}

int mmdeploy_pose_tracker_create(mmdeploy_model_t det_model, mmdeploy_model_t pose_model,
                                 mmdeploy_context_t context, mmdeploy_pose_tracker_t* pipeline) {
  if (pipeline != nullptr) *pipeline = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pose_tracker_create";
    MMDEPLOY_CHECK_NOT_NULL(det_model);
    MMDEPLOY_CHECK_NOT_NULL(pose_model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    return mmdeploy::capi::PoseTrackerCreate(det_model, pose_model, context, pipeline);
  });
}

void mmdeploy_pose_tracker_destroy(mmdeploy_pose_tracker_t pipeline) {
  return mmdeploy::capi::PoseTrackerDestroy(pipeline);
}

int mmdeploy_pose_tracker_create_state(mmdeploy_pose_tracker_t pipeline,
                                       const mmdeploy_pose_tracker_param_t* params,
                                       mmdeploy_pose_tracker_state_t* state) {
  if (state != nullptr) *state = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pose_tracker_create_state";
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    MMDEPLOY_CHECK_NOT_NULL(state);
    return mmdeploy::capi::PoseTrackerCreateState(pipeline, params, state);
  });
}

void mmdeploy_pose_tracker_destroy_state(mmdeploy_pose_tracker_state_t state) {
  return mmdeploy::capi::PoseTrackerDestroyState(state);
}

int mmdeploy_pose_tracker_apply(mmdeploy_pose_tracker_t pipeline,
                                mmdeploy_pose_tracker_state_t* states, const mmdeploy_mat_t* frames,
                                const int32_t* use_detect, int32_t count,
                                mmdeploy_pose_tracker_target_t** results, int32_t** result_count) {
  if (results != nullptr) *results = nullptr;
  if (result_count != nullptr) *result_count = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pose_tracker_apply";
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    MMDEPLOY_CHECK_ARRAY(states, count);
    MMDEPLOY_CHECK_ARRAY(frames, count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    MMDEPLOY_CHECK_NOT_NULL(result_count);
    return mmdeploy::capi::PoseTrackerApply(pipeline, states, frames, use_detect, count, results,
                                            result_count);
  });
}

void mmdeploy_pose_tracker_release_result(mmdeploy_pose_tracker_target_t* results,
                                          const int32_t* result_count, int count) {
  return mmdeploy::capi::PoseTrackerReleaseResult(results, result_count, count);
}
