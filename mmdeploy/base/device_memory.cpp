#include "mmdeploy/base/device_memory.h"

#include <atomic>
#include <cstring>

#include "mmdeploy/base/buffer_pool.h"

namespace mmdeploy {
namespace {

constexpr Device kHost;

class HostMemory : public DeviceMemory {
 public:
  DeviceType type() const override { return DeviceType::kCpu; }
  Result<std::shared_ptr<void>> Allocate(const Device&, size_t bytes) const override {
    return BufferPool::Shared().Acquire(bytes);
  }
  Result<void> CopyFromHost(const Device&, void* to, const void* from,
                            size_t bytes) const override {
    if (bytes > 0) std::memcpy(to, from, bytes);
    return {};
  }
  Result<void> CopyToHost(const Device& device, void* to, const void* from,
                          size_t bytes) const override {
    return CopyFromHost(device, to, from, bytes);
  }
  Result<void> CopyWithin(const Device& device, void* to, const void* from,
                          size_t bytes) const override {
    return CopyFromHost(device, to, from, bytes);
  }
  Result<void> Synchronize(const Device&) const override { return {}; }
};

// By type; constant-initialised, so that it is there before anything runs.
std::atomic<const DeviceMemory*> memories[kNumDeviceTypes];

const DeviceMemory* Registered(DeviceType type) {
  if (type == DeviceType::kCpu) {
    static const HostMemory host;
    return &host;
  }
  return memories[static_cast<size_t>(type)].load(std::memory_order_acquire);
}

Result<void> Copy(const Device& to_device, void* to, const Device& from_device, const void* from,
                  size_t bytes) {
  MMDEPLOY_TRY(const DeviceMemory* target, FindDeviceMemory(to_device));
  MMDEPLOY_TRY(const DeviceMemory* source, FindDeviceMemory(from_device));
  if (to_device == from_device) return target->CopyWithin(to_device, to, from, bytes);
  if (from_device == kHost) return target->CopyFromHost(to_device, to, from, bytes);
  if (to_device == kHost) return source->CopyToHost(from_device, to, from, bytes);
  MMDEPLOY_TRY(const auto between, BufferPool::Shared().Acquire(bytes));
  MMDEPLOY_TRYV(source->CopyToHost(from_device, between.get(), from, bytes));
  return target->CopyFromHost(to_device, to, between.get(), bytes);
}

}  // namespace

void RegisterDeviceMemory(const DeviceMemory* memory) {
  if (memory->type() == DeviceType::kCpu) return;
  const DeviceMemory* none = nullptr;
  memories[static_cast<size_t>(memory->type())].compare_exchange_strong(none, memory,
                                                                        std::memory_order_acq_rel);
}

Result<const DeviceMemory*> FindDeviceMemory(const Device& device) {
  const DeviceMemory* memory = Registered(device.type);
  MMDEPLOY_ENSURE(memory, Code::kNotSupported,
                  "nothing here knows the memory of device '{}'; load a model on an engine that "
                  "runs on this device first, or use host memory",
                  Name(device));
  return memory;
}

Result<void> CopyBytes(const Device& to_device, void* to, const Device& from_device,
                       const void* from, size_t bytes) {
  auto copied = Copy(to_device, to, from_device, from, bytes);
  if (copied) return copied;
  return MakeError(copied.error().In(fmt::format("cannot copy {} bytes from {} to {}", bytes,
                                                 Name(from_device), Name(to_device))));
}

Result<void> Synchronize(const Device& device) {
  if (device == kHost) return {};
  MMDEPLOY_TRY(const DeviceMemory* memory, FindDeviceMemory(device));
  auto done = memory->Synchronize(device);
  if (!done) return MakeError(done.error().In(fmt::format("device {}", Name(device))));
  return {};
}

}  // namespace mmdeploy
