// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/text_recognizer.h"

#include <memory>

#include "bindings/capi/generated/text_recognizer.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_text_recognizer_create(mmdeploy_model_t model, const char* device_name, int device_id,
                                    mmdeploy_text_recognizer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_create";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextRecognizerTask::Create(model, device_name, device_id, handle);
  });
}

int mmdeploy_text_recognizer_create_by_path(const char* model_path, const char* device_name,
                                            int device_id, mmdeploy_text_recognizer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_create_by_path";
    MMDEPLOY_CHECK_NOT_NULL(model_path);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextRecognizerTask::CreateByPath(model_path, device_name, device_id,
                                                            handle);
  });
}

int mmdeploy_text_recognizer_create_with_context(mmdeploy_model_t model, mmdeploy_context_t context,
                                                 mmdeploy_text_recognizer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_create_with_context";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextRecognizerTask::CreateWithContext(model, context, handle);
  });
}

int mmdeploy_text_recognizer_create_v2(mmdeploy_model_t model, const char* device_name,
                                       int device_id, mmdeploy_exec_info_t exec_info,
                                       mmdeploy_text_recognizer_t* handle) {
  if (handle != nullptr) *handle = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_create_v2";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(handle);
    return mmdeploy::capi::TextRecognizerTask::CreateV2(model, device_name, device_id, exec_info,
                                                        handle);
  });
}

int mmdeploy_text_recognizer_create_input(const mmdeploy_mat_t* images, int image_count,
                                          const mmdeploy_text_detection_t* bboxes,
                                          const int* bbox_count, mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_create_input";
    MMDEPLOY_CHECK_ARRAY(images, image_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::TextRecognizerTask::CreateInput(images, image_count, bboxes, bbox_count,
                                                           value);
  });
}

int mmdeploy_text_recognizer_apply(mmdeploy_text_recognizer_t handle, const mmdeploy_mat_t* images,
                                   int image_count, mmdeploy_text_recognition_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_apply";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(images, image_count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::TextRecognizerTask::Apply(handle, images, image_count, results);
  });
}

int mmdeploy_text_recognizer_apply_bbox(mmdeploy_text_recognizer_t handle,
                                        const mmdeploy_mat_t* images, int image_count,
                                        const mmdeploy_text_detection_t* bboxes,
                                        const int* bbox_count,
                                        mmdeploy_text_recognition_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_apply_bbox";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(images, image_count);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::TextRecognizerTask::ApplyBbox(handle, images, image_count, bboxes,
                                                         bbox_count, results);
  });
}

int mmdeploy_text_recognizer_apply_v2(mmdeploy_text_recognizer_t handle, mmdeploy_value_t input,
                                      mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_apply_v2";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextRecognizerTask::ApplyV2(handle, input, output);
  });
}

int mmdeploy_text_recognizer_apply_async(mmdeploy_text_recognizer_t handle, mmdeploy_sender_t input,
                                         mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextRecognizerTask::ApplyAsync(handle, input, output);
  });
}

int mmdeploy_text_recognizer_apply_async_v3(mmdeploy_text_recognizer_t handle,
                                            const mmdeploy_mat_t* images, int image_count,
                                            const mmdeploy_text_detection_t* bboxes,
                                            const int* bbox_count, mmdeploy_sender_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_apply_async_v3";
    MMDEPLOY_CHECK_NOT_NULL(handle);
    MMDEPLOY_CHECK_ARRAY(images, image_count);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextRecognizerTask::ApplyAsyncV3(handle, images, image_count, bboxes,
                                                            bbox_count, output);
  });
}

int mmdeploy_text_recognizer_continue_async(mmdeploy_sender_t input,
                                            mmdeploy_text_recognizer_continue_t cont, void* context,
                                            mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_continue_async";
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(cont);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::TextRecognizerTask::ContinueAsync(input, cont, context, output);
  });
}

int mmdeploy_text_recognizer_get_result(mmdeploy_value_t output,
                                        mmdeploy_text_recognition_t** results) {
  if (results != nullptr) *results = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_text_recognizer_get_result";
    MMDEPLOY_CHECK_NOT_NULL(output);
    MMDEPLOY_CHECK_NOT_NULL(results);
    return mmdeploy::capi::TextRecognizerTask::GetResult(output, results);
  });
}

void mmdeploy_text_recognizer_release_result(mmdeploy_text_recognition_t* results, int count) {
  return mmdeploy::capi::TextRecognizerTask::ReleaseResult(results, count);
}

void mmdeploy_text_recognizer_destroy(mmdeploy_text_recognizer_t handle) {
  return mmdeploy::capi::TextRecognizerTask::Destroy(handle);
}
