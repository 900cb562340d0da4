// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/restorer.h"

#include <memory>

#include "bindings/capi/generated/restorer.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_restorer_create(mmdeploy_model_t model, const char* device_name, int device_id,
                             mmdeploy_restorer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::RestorerTask::Create(model, device_name, device_id, handle);
  });
}

int mmdeploy_restorer_create_by_path(const char* model_path, const char* device_name, int device_id,
                                     mmdeploy_restorer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(model_path);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::RestorerTask::CreateByPath(model_path, device_name, device_id, handle);
  });
}

int mmdeploy_restorer_create_with_context(mmdeploy_model_t model, mmdeploy_context_t context,
                                          mmdeploy_restorer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_create_with_context";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::RestorerTask::CreateWithContext(model, context, handle);
  });
}

int mmdeploy_restorer_create_v2(mmdeploy_model_t model, const char* device_name, int device_id,
                                mmdeploy_exec_info_t exec_info, mmdeploy_restorer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_create_v2";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::RestorerTask::CreateV2(model, device_name, device_id, exec_info, handle);
  });
}

int mmdeploy_restorer_create_input(const mmdeploy_mat_t* images, int count,
                                   mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_create_input";
    MMDEPLOY_CHECK_ARRAY(images, count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::RestorerTask::CreateInput(images, count, value);
  });
}

int mmdeploy_restorer_apply(mmdeploy_restorer_t handle, const mmdeploy_mat_t* images, int count,
                            mmdeploy_mat_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_apply";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(images, count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::RestorerTask::Apply(handle, images, count, results);
  });
}

int mmdeploy_restorer_apply_v2(mmdeploy_restorer_t handle, mmdeploy_value_t input,
                               mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_apply_v2";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::RestorerTask::ApplyV2(handle, input, output);
  });
}

int mmdeploy_restorer_apply_async(mmdeploy_restorer_t handle, mmdeploy_sender_t input,
                                  mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::RestorerTask::ApplyAsync(handle, input, output);
  });
}

int mmdeploy_restorer_get_result(mmdeploy_value_t output, mmdeploy_mat_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_restorer_get_result";
    MMDEPLOY_CHECK_NOT_NULL(output);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::RestorerTask::GetResult(output, results);
  });
}

void mmdeploy_restorer_release_result(mmdeploy_mat_t* results, int count) {
  return mmdeploy::capi::RestorerTask::ReleaseResult(results, count);
}

void mmdeploy_restorer_destroy(mmdeploy_restorer_t handle) {
  return mmdeploy::capi::RestorerTask::Destroy(handle);
}
