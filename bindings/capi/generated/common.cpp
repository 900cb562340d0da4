// Generated from api/sdk.yaml by api/gen.py. Checks arguments, then calls the function that does
// the work.
#include "mmdeploy/common.h"

#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/sender.h"
#include "bindings/capi/wall.h"

const char* mmdeploy_version(void) { return mmdeploy::capi::Version(); }

const char* mmdeploy_last_error(void) { return mmdeploy::capi::LastError(); }

int mmdeploy_value_create(const char* json, const mmdeploy_mat_t* mats, int mat_count,
                          mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_value_create";
    MMDEPLOY_CHECK_NOT_NULL(json);
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::ValueCreate(json, mats, mat_count, value);
  });
}

int mmdeploy_value_visit(mmdeploy_value_t value, mmdeploy_value_visit_fn_t visit, void* context) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_value_visit";
    MMDEPLOY_CHECK_NOT_NULL(value);
    MMDEPLOY_CHECK_NOT_NULL(visit);
    return mmdeploy::capi::ValueVisit(value, visit, context);
  });
}

int mmdeploy_value_from_json(const char* json, mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_value_from_json";
    MMDEPLOY_CHECK_NOT_NULL(json);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::ValueFromJson(json, value);
  });
}

mmdeploy_value_t mmdeploy_value_copy(mmdeploy_value_t value) {
  return mmdeploy::capi::ValueCopy(value);
}

int mmdeploy_value_destroy(mmdeploy_value_t value) { return mmdeploy::capi::ValueDestroy(value); }

int mmdeploy_device_create(const char* device_name, int device_id, mmdeploy_device_t* device) {
  if (device != nullptr) *device = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_device_create";
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(device);
    return mmdeploy::capi::DeviceCreate(device_name, device_id, device);
  });
}

void mmdeploy_device_destroy(mmdeploy_device_t device) {
  return mmdeploy::capi::DeviceDestroy(device);
}

int mmdeploy_context_create(mmdeploy_context_t* context) {
  if (context != nullptr) *context = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_create";
    MMDEPLOY_CHECK_NOT_NULL(context);
    return mmdeploy::capi::ContextCreate(context);
  });
}

int mmdeploy_context_create_by_device(const char* device_name, int device_id,
                                      mmdeploy_context_t* context) {
  if (context != nullptr) *context = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_create_by_device";
    MMDEPLOY_CHECK_NOT_NULL(device_name);
    MMDEPLOY_CHECK_NOT_NULL(context);
    return mmdeploy::capi::ContextCreateByDevice(device_name, device_id, context);
  });
}

void mmdeploy_context_destroy(mmdeploy_context_t context) {
  return mmdeploy::capi::ContextDestroy(context);
}

int mmdeploy_context_add(mmdeploy_context_t context, mmdeploy_context_type_t type, const char* name,
                         const void* object) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_add";
    MMDEPLOY_CHECK_NOT_NULL(context);
    MMDEPLOY_CHECK_NOT_NULL(object);
    return mmdeploy::capi::ContextAdd(context, type, name, object);
  });
}

int mmdeploy_context_set_num_threads(mmdeploy_context_t context, int num_threads) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_set_num_threads";
    MMDEPLOY_CHECK_NOT_NULL(context);
    return mmdeploy::capi::ContextSetNumThreads(context, num_threads);
  });
}

int mmdeploy_context_set_low_latency(mmdeploy_context_t context, int low_latency) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_set_low_latency";
    MMDEPLOY_CHECK_NOT_NULL(context);
    return mmdeploy::capi::ContextSetLowLatency(context, low_latency);
  });
}

int mmdeploy_context_set_trusted(mmdeploy_context_t context, int trusted) {
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_context_set_trusted";
    MMDEPLOY_CHECK_NOT_NULL(context);
    return mmdeploy::capi::ContextSetTrusted(context, trusted);
  });
}

int mmdeploy_profiler_create(const char* path, mmdeploy_profiler_t* profiler) {
  if (profiler != nullptr) *profiler = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_profiler_create";
    MMDEPLOY_CHECK_NOT_NULL(path);
    MMDEPLOY_CHECK_NOT_NULL(profiler);
    return mmdeploy::capi::ProfilerCreate(path, profiler);
  });
}

void mmdeploy_profiler_destroy(mmdeploy_profiler_t profiler) {
  return mmdeploy::capi::ProfilerDestroy(profiler);
}

int mmdeploy_common_create_input(const mmdeploy_mat_t* mats, int mat_count,
                                 mmdeploy_value_t* value) {
  if (value != nullptr) *value = nullptr;
  return mmdeploy::capi::Status([&]() -> mmdeploy::Result<void> {
    constexpr auto function = "mmdeploy_common_create_input";
    MMDEPLOY_CHECK_ARRAY(mats, mat_count);
    MMDEPLOY_CHECK_NOT_NULL(value);
    return mmdeploy::capi::CommonCreateInput(mats, mat_count, value);
  });
}
