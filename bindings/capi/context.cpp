#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"
#include "bindings/capi/profiler.h"
#include "bindings/capi/scheduler.h"

namespace mmdeploy::capi {

#define MMDEPLOY_STRING_(x) #x
#define MMDEPLOY_STRING(x) MMDEPLOY_STRING_(x)

const char* Version() {
  return MMDEPLOY_STRING(MMDEPLOY_VERSION_MAJOR) "." MMDEPLOY_STRING(
      MMDEPLOY_VERSION_MINOR) "." MMDEPLOY_STRING(MMDEPLOY_VERSION_PATCH);
}

Result<void> DeviceCreate(const char* device_name, int device_id, mmdeploy_device_t* device) {
  MMDEPLOY_TRY(const Device parsed, Device::Parse(device_name, device_id));
  *device = new mmdeploy_device{parsed};
  return {};
}

void DeviceDestroy(mmdeploy_device_t device) { delete device; }

Result<void> ContextCreate(mmdeploy_context_t* context) {
  *context = new mmdeploy_context{};
  return {};
}

Result<void> ContextCreateByDevice(const char* device_name, int device_id,
                                   mmdeploy_context_t* context) {
  MMDEPLOY_TRY(const Device device, Device::Parse(device_name, device_id));
  *context = new mmdeploy_context{device};
  return {};
}

void ContextDestroy(mmdeploy_context_t context) { delete context; }

Result<void> ContextAdd(mmdeploy_context_t context, mmdeploy_context_type_t type, const char* name,
                        const void* object) {
  const bool is_named = type == MMDEPLOY_TYPE_MODEL || type == MMDEPLOY_TYPE_SCHEDULER;
  MMDEPLOY_ENSURE(
      !is_named || name != nullptr, Code::kInvalidArgument,
      "argument 'name' of mmdeploy_context_add is NULL; models and schedulers have one");
  switch (type) {
    case MMDEPLOY_TYPE_DEVICE:
      context->device = static_cast<const mmdeploy_device*>(object)->device;
      return {};
    case MMDEPLOY_TYPE_MODEL:
      context->models[name] = static_cast<const mmdeploy_model*>(object)->model;
      return {};
    case MMDEPLOY_TYPE_SCHEDULER:
      context->schedulers[name] = static_cast<const mmdeploy_scheduler*>(object)->scheduler;
      return {};
    case MMDEPLOY_TYPE_PROFILER:
      context->profiler = static_cast<const mmdeploy_profiler*>(object)->profiler;
      return {};
    default:
      return MakeError(Code::kNotSupported,
                       "mmdeploy_context_add got type {}, allowed: MMDEPLOY_TYPE_DEVICE ({}), "
                       "_MODEL ({}), _SCHEDULER ({}), _PROFILER ({})",
                       static_cast<int>(type), static_cast<int>(MMDEPLOY_TYPE_DEVICE),
                       static_cast<int>(MMDEPLOY_TYPE_MODEL),
                       static_cast<int>(MMDEPLOY_TYPE_SCHEDULER),
                       static_cast<int>(MMDEPLOY_TYPE_PROFILER));
  }
}

Result<void> ContextSetNumThreads(mmdeploy_context_t context, int num_threads) {
  MMDEPLOY_ENSURE(num_threads >= 0, Code::kInvalidArgument,
                  "num_threads is {}, allowed: 0 (the default) or more", num_threads);
  context->num_threads = num_threads;
  return {};
}

Result<void> ContextSetLowLatency(mmdeploy_context_t context, int low_latency) {
  context->low_latency = low_latency != 0;
  return {};
}

Result<void> ContextSetTrusted(mmdeploy_context_t context, int trusted) {
  context->trusted = trusted != 0;
  return {};
}

}  // namespace mmdeploy::capi
