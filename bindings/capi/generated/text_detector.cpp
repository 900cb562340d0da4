// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/text_detector.h"

#include <memory>

#include "bindings/capi/generated/text_detector.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_text_detector_create(mmdeploy_model_t model, const char* device_name, int device_id,
                                  mmdeploy_text_detector_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextDetectorTask::Create(model, device_name, device_id, handle);
  });
}

int mmdeploy_text_detector_create_by_path(const char* model_path, const char* device_name,
                                          int device_id, mmdeploy_text_detector_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(model_path);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextDetectorTask::CreateByPath(model_path, device_name, device_id,
                                                          handle);
  });
}

int mmdeploy_text_detector_create_with_context(mmdeploy_model_t model, mmdeploy_context_t context,
                                               mmdeploy_text_detector_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_create_with_context";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextDetectorTask::CreateWithContext(model, context, handle);
  });
}

int mmdeploy_text_detector_create_v2(mmdeploy_model_t model, const char* device_name, int device_id,
                                     mmdeploy_exec_info_t exec_info,
                                     mmdeploy_text_detector_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_create_v2";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextDetectorTask::CreateV2(model, device_name, device_id, exec_info,
                                                      handle);
  });
}

int mmdeploy_text_detector_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                        mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_create_input";
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::TextDetectorTask::CreateInput(mats, mat_count, value);
  });
}

int mmdeploy_text_detector_apply(mmdeploy_text_detector_t handle, const mmdeploy_mat_t* mats,
                                 int mat_count, mmdeploy_text_detection_t** results,
                                 int** result_count) {
  if (results != nullptr) *results = nullptr;
  if (result_count != nullptr) *result_count = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_apply";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    MMDEPLOY_CHECK_NOT_NULL(result_count);
    return mmdeploy::capi::TextDetectorTask::Apply(handle, mats, mat_count, results, result_count);
  });
}

int mmdeploy_text_detector_apply_v2(mmdeploy_text_detector_t handle, mmdeploy_value_t input,
                                    mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_apply_v2";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextDetectorTask::ApplyV2(handle, input, output);
  });
}

int mmdeploy_text_detector_apply_async(mmdeploy_text_detector_t handle, mmdeploy_sender_t input,
                                       mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextDetectorTask::ApplyAsync(handle, input, output);
  });
}

int mmdeploy_text_detector_apply_async_v3(mmdeploy_text_detector_t handle,
                                          const mmdeploy_mat_t* mats, int mat_count,
                                          mmdeploy_sender_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_apply_async_v3";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextDetectorTask::ApplyAsyncV3(handle, mats, mat_count, output);
  });
}

int mmdeploy_text_detector_continue_async(mmdeploy_sender_t input,
                                          mmdeploy_text_detector_continue_t cont, void* context,
                                          mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_continue_async";
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(cont);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextDetectorTask::ContinueAsync(input, cont, context, output);
  });
}

int mmdeploy_text_detector_get_result(mmdeploy_value_t output, mmdeploy_text_detection_t** results,
                                      int** result_count) {
  if (results != nullptr) *results = nullptr;
  if (result_count != nullptr) *result_count = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_detector_get_result";
    MMDEPLOY_CHECK_NOT_NULL(output);
    MMDEPLOY_CHECK_NOT_NULL(results);
    MMDEPLOY_CHECK_NOT_NULL(result_count);
    return mmdeploy::capi::TextDetectorTask::GetResult(output, results, result_count);
  });
}

void mmdeploy_text_detector_release_result(mmdeploy_text_detection_t* results,
                                           const int* result_count, int count) {
  return mmdeploy::capi::TextDetectorTask::ReleaseResult(results, result_count, count);
}

void mmdeploy_text_detector_destroy(mmdeploy_text_detector_t handle) {
  return mmdeploy::capi::TextDetectorTask::Destroy(handle);
}
