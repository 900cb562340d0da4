// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/segmentor.h"

#include <memory>

#include "bindings/capi/generated/segmentor.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_segmentor_create(mmdeploy_model_t model, const char* device_name, int device_id,
                              mmdeploy_segmentor_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::SegmentorTask::Create(model, device_name, device_id, handle);
  });
}

int mmdeploy_segmentor_create_by_path(const char* model_path, const char* device_name,
                                      int device_id, mmdeploy_segmentor_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(model_path);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::SegmentorTask::CreateByPath(model_path, device_name, device_id, handle);
  });
}

int mmdeploy_segmentor_create_with_context(mmdeploy_model_t model, mmdeploy_context_t context,
                                           mmdeploy_segmentor_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_create_with_context";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::SegmentorTask::CreateWithContext(model, context, handle);
  });
}

int mmdeploy_segmentor_create_v2(mmdeploy_model_t model, const char* device_name, int device_id,
                                 mmdeploy_exec_info_t exec_info, mmdeploy_segmentor_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_create_v2";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::SegmentorTask::CreateV2(model, device_name, device_id, exec_info,
                                                   handle);
  });
}

int mmdeploy_segmentor_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                    mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_create_input";
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::SegmentorTask::CreateInput(mats, mat_count, value);
  });
}

int mmdeploy_segmentor_apply(mmdeploy_segmentor_t handle, const mmdeploy_mat_t* mats, int mat_count,
                             mmdeploy_segmentation_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_apply";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::SegmentorTask::Apply(handle, mats, mat_count, results);
  });
}

int mmdeploy_segmentor_apply_v2(mmdeploy_segmentor_t handle, mmdeploy_value_t input,
                                mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_apply_v2";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::SegmentorTask::ApplyV2(handle, input, output);
  });
}

int mmdeploy_segmentor_apply_async(mmdeploy_segmentor_t handle, mmdeploy_sender_t input,
                                   mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::SegmentorTask::ApplyAsync(handle, input, output);
  });
}

int mmdeploy_segmentor_get_result(mmdeploy_value_t output, mmdeploy_segmentation_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_segmentor_get_result";
    MMDEPLOY_CHECK_NOT_NULL(output);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::SegmentorTask::GetResult(output, results);
  });
}

void mmdeploy_segmentor_release_result(mmdeploy_segmentation_t* results, int count) {
  return mmdeploy::capi::SegmentorTask::ReleaseResult(results, count);
}

void mmdeploy_segmentor_destroy(mmdeploy_segmentor_t handle) {
  return mmdeploy::capi::SegmentorTask::Destroy(handle);
}
