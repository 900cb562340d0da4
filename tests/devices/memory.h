#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "mmdeploy/base/device_memory.h"

namespace mmdeploy::testing {

// Memory of two devices "cuda:0" and "cuda:1" that the host cannot read or write: its pages are
// protected, and only this class has the same pages at other addresses. Copies within a device wait
// until somebody synchronises or copies from it, as they may on a real one.
class FakeMemory : public DeviceMemory {
 public:
  static FakeMemory& Instance();

  DeviceType type() const override { return DeviceType::kCuda; }
  Result<std::shared_ptr<void>> Allocate(const Device& device, size_t bytes) const override;
  Result<void> CopyFromHost(const Device& device, void* to, const void* from,
                            size_t bytes) const override;
  Result<void> CopyToHost(const Device& device, void* to, const void* from,
                          size_t bytes) const override;
  Result<void> CopyWithin(const Device& device, void* to, const void* from,
                          size_t bytes) const override;
  Result<void> Synchronize(const Device& device) const override;

  // Where the device itself reads and writes `bytes` at an address of its memory.
  // Errors: kFail for an address that is not in memory of the device.
  Result<char*> Own(const Device& device, const void* address, size_t bytes) const;

  // What goes wrong, for tests: allocations beyond `capacity` bytes, and the copies after the next
  // `copies` (-1: none).
  void Limit(size_t capacity, int copies) {
    capacity_ = capacity;
    copies_left_ = copies;
  }
  size_t used_bytes() const { return used_bytes_; }
  int num_copies() const { return num_copies_; }

 private:
  struct Block {
    size_t bytes;
    int device;
  };

  FakeMemory();
  Result<char*> BeginCopy(const Device& device, const void* address, size_t bytes) const;
  Result<char*> OwnLocked(const Device& device, const void* address, size_t bytes) const;
  void Flush() const;
  void Free(size_t offset) const;

  char* protected_ = nullptr;  // addresses that everybody knows
  char* own_ = nullptr;        // the same pages, accessible
  std::atomic<size_t> capacity_;
  mutable std::mutex mutex_;
  mutable std::map<size_t, Block> blocks_;  // by offset
  mutable std::vector<std::function<void()>> pending_;
  mutable std::atomic<size_t> used_bytes_{0};
  mutable std::atomic<int> copies_left_{-1};
  mutable std::atomic<int> num_copies_{0};
};

}  // namespace mmdeploy::testing
