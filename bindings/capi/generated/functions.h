// Generated from api/sdk.yaml by api/gen.py. What the C entry points call after their argument
// checks.
#pragma once

#include "mmdeploy/base/result.h"
#include "mmdeploy/common.h"
#include "mmdeploy/executor.h"
#include "mmdeploy/model.h"

namespace mmdeploy::capi {

const char* Version();
const char* LastError();
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
Result<void> ContextSetTrusted(mmdeploy_context_t context, int trusted);
Result<void> CommonCreateInput(const mmdeploy_mat_t* mats, int mat_count, mmdeploy_value_t* value);
Result<void> ModelCreateByPath(const char* path, mmdeploy_model_t* model);
Result<void> ModelCreate(const void* buffer, int size, mmdeploy_model_t* model);
void ModelDestroy(mmdeploy_model_t model);

}  // namespace mmdeploy::capi
