// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/classifier.h"

#include <memory>

#include "bindings/capi/generated/classifier.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_classifier_create(mmdeploy_model_t model, const char* device_name, int device_id,
                               mmdeploy_classifier_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::ClassifierTask::Create(model, device_name, device_id, handle);
  });
}

int mmdeploy_classifier_create_by_path(const char* model_path, const char* device_name,
                                       int device_id, mmdeploy_classifier_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(model_path);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::ClassifierTask::CreateByPath(model_path, device_name, device_id, handle);
  });
}

int mmdeploy_classifier_create_with_context(mmdeploy_model_t model, mmdeploy_context_t context,
                                            mmdeploy_classifier_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_create_with_context";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::ClassifierTask::CreateWithContext(model, context, handle);
  });
}

int mmdeploy_classifier_create_v2(mmdeploy_model_t model, const char* device_name, int device_id,
                                  mmdeploy_exec_info_t exec_info, mmdeploy_classifier_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_create_v2";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::ClassifierTask::CreateV2(model, device_name, device_id, exec_info,
                                                    handle);
  });
}

int mmdeploy_classifier_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                     mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_create_input";
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::ClassifierTask::CreateInput(mats, mat_count, value);
  });
}

int mmdeploy_classifier_apply(mmdeploy_classifier_t handle, const mmdeploy_mat_t* mats,
                              int mat_count, mmdeploy_classification_t** results,
                              int** result_count) {
  if (results != nullptr) *results = nullptr;
  if (result_count != nullptr) *result_count = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_apply";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    MMDEPLOY_CHECK_NOT_NULL(result_count);
    return mmdeploy::capi::ClassifierTask::Apply(handle, mats, mat_count, results, result_count);
  });
}

int mmdeploy_classifier_apply_v2(mmdeploy_classifier_t handle, mmdeploy_value_t input,
                                 mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_apply_v2";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::ClassifierTask::ApplyV2(handle, input, output);
  });
}

int mmdeploy_classifier_apply_async(mmdeploy_classifier_t handle, mmdeploy_sender_t input,
                                    mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::ClassifierTask::ApplyAsync(handle, input, output);
  });
}

int mmdeploy_classifier_get_result(mmdeploy_value_t output, mmdeploy_classification_t** results,
                                   int** result_count) {
  if (results != nullptr) *results = nullptr;
  if (result_count != nullptr) *result_count = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_classifier_get_result";
    MMDEPLOY_CHECK_NOT_NULL(output);
    MMDEPLOY_CHECK_NOT_NULL(results);
    MMDEPLOY_CHECK_NOT_NULL(result_count);
    return mmdeploy::capi::ClassifierTask::GetResult(output, results, result_count);
  });
}

void mmdeploy_classifier_release_result(mmdeploy_classification_t* results, const int* result_count,
                                        int count) {
  return mmdeploy::capi::ClassifierTask::ReleaseResult(results, result_count, count);
}

void mmdeploy_classifier_destroy(mmdeploy_classifier_t handle) {
  return mmdeploy::capi::ClassifierTask::Destroy(handle);
}
