// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/pipeline.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

int mmdeploy_pipeline_create(mmdeploy_value_t config, const char* device_name, int device_id,
                             mmdeploy_exec_info_t exec_info, mmdeploy_pipeline_t* pipeline) {
  if (pipeline != nullptr) *pipeline = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_create";
    MMDEPLOY_CHECK_NOT_NULL(config);
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    return mmdeploy::capi::PipelineCreate(config, device_name, device_id, exec_info, pipeline);
  });
}

int mmdeploy_pipeline_create_v3(mmdeploy_value_t config, mmdeploy_context_t context,
                                mmdeploy_pipeline_t* pipeline) {
  if (pipeline != nullptr) *pipeline = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_create_v3";
    MMDEPLOY_CHECK_NOT_NULL(config);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    return mmdeploy::capi::PipelineCreateV3(config, context, pipeline);
  });
}

int mmdeploy_pipeline_create_from_model(mmdeploy_model_t model, mmdeploy_context_t context,
                                        mmdeploy_pipeline_t* pipeline) {
  if (pipeline != nullptr) *pipeline = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_create_from_model";
    MMDEPLOY_CHECK_NOT_NULL(model);
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    return mmdeploy::capi::PipelineCreateFromModel(model, context, pipeline);
  });
}

int mmdeploy_pipeline_describe(mmdeploy_pipeline_t pipeline, mmdeploy_value_t* description) {
  if (description != nullptr) *description = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_describe";
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    MMDEPLOY_CHECK_NOT_NULL(description);
    return mmdeploy::capi::PipelineDescribe(pipeline, description);
  });
}

int mmdeploy_pipeline_apply(mmdeploy_pipeline_t pipeline, mmdeploy_value_t input,
                            mmdeploy_value_t* output) {
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_apply";
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::PipelineApply(pipeline, input, output);
  });
}

int mmdeploy_pipeline_apply_async(mmdeploy_pipeline_t pipeline, mmdeploy_sender_t input,
                                  mmdeploy_sender_t* output) {
  const std::unique_ptr<mmdeploy_sender> consumed_input(input);
  if (output != nullptr) *output = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_pipeline_apply_async";
    MMDEPLOY_CHECK_NOT_NULL(pipeline);
    MMDEPLOY_CHECK_NOT_NULL(input);
    MMDEPLOY_CHECK_NOT_NULL(output);
    return mmdeploy::capi::PipelineApplyAsync(pipeline, input, output);
  });
}

void mmdeploy_pipeline_destroy(mmdeploy_pipeline_t pipeline) {
  return mmdeploy::capi::PipelineDestroy(pipeline);
}
