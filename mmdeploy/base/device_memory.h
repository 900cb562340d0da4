#pragma once

#include <cstddef>
#include <memory>

#include "mmdeploy/base/device.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy {

// Memory of the devices of one type: host memory is built in, what is on another device brings its
// own (Engine::memories, or the program). Thread-safe; lives until the process ends.
//
// What is done with one device happens in the order of the calls, from all threads. It may go on
// when a call returns, but host memory may then be reused (CopyFromHost) or read (CopyToHost).
class DeviceMemory {
 public:
  virtual ~DeviceMemory() = default;
  virtual DeviceType type() const = 0;

  // At least `bytes` (0 too), 64-byte aligned, not initialised; given back with the last copy of
  // the pointer, once the copies that were begun with it are done. Errors: kOutOfMemory;
  // kInvalidArgument for an index that no device has.
  virtual Result<std::shared_ptr<void>> Allocate(const Device& device, size_t bytes) const = 0;

  // Errors: kFail with the reason of the device's library.
  virtual Result<void> CopyFromHost(const Device& device, void* to, const void* from,
                                    size_t bytes) const = 0;
  virtual Result<void> CopyToHost(const Device& device, void* to, const void* from,
                                  size_t bytes) const = 0;
  virtual Result<void> CopyWithin(const Device& device, void* to, const void* from,
                                  size_t bytes) const = 0;

  // Waits for all copies on the device.
  virtual Result<void> Synchronize(const Device& device) const = 0;
};

// Makes a type of device known to this process. The first memory of a type stays: what others bring
// for it manages the same devices. A plug-in has a list of its own, see Engine::memories.
void RegisterDeviceMemory(const DeviceMemory* memory);

// The memory of the device. Errors: kNotSupported if nobody has registered it.
Result<const DeviceMemory*> FindDeviceMemory(const Device& device);

// Bytes from one device to another; between two devices that are not the host, by way of the host.
// The copy may go on when this returns, unless it goes to the host.
// Errors say from where and to where; those of FindDeviceMemory.
Result<void> CopyBytes(const Device& to_device, void* to, const Device& from_device,
                       const void* from, size_t bytes);

// Waits for all copies on the device.
Result<void> Synchronize(const Device& device);

}  // namespace mmdeploy
