#include <memory>

#include "bindings/capi/generated/functions.h"
#include "bindings/capi/handle.h"

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

Result<void> ContextAdd(mmdeploy_context_t context, mmdeploy_context_type_t type, const char*,
                        const void* object) {
  MMDEPLOY_ENSURE(type == MMDEPLOY_TYPE_DEVICE, Code::kNotSupported,
                  "mmdeploy_context_add got type {}, allowed: MMDEPLOY_TYPE_DEVICE ({})",
                  static_cast<int>(type), static_cast<int>(MMDEPLOY_TYPE_DEVICE));
  context->device = static_cast<const mmdeploy_device*>(object)->device;
  return {};
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
