#include "tests/devices/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

namespace mmdeploy::testing {
namespace {

constexpr size_t kPage = 4096;
constexpr size_t kRegion = size_t{1} << 30;  // addresses; pages are there once they are used
constexpr int kNumDevices = 2;

Result<void> CheckIndex(const Device& device) {
  MMDEPLOY_ENSURE(device.index < kNumDevices, Code::kInvalidArgument,
                  "there is no device {}, found: {} devices", Name(device), kNumDevices);
  return {};
}

char* Map(int file, int protection) {
  void* address = ::mmap(nullptr, kRegion, protection, MAP_SHARED | MAP_NORESERVE, file, 0);
  if (address == MAP_FAILED) std::abort();
  return static_cast<char*>(address);
}

}  // namespace

FakeMemory& FakeMemory::Instance() {
  static auto* memory = new FakeMemory;
  return *memory;
}

FakeMemory::FakeMemory() : capacity_(kRegion) {
  const int file = ::memfd_create("fake_device", MFD_CLOEXEC);
  if (file < 0 || ::ftruncate(file, kRegion) != 0) std::abort();
  protected_ = Map(file, PROT_NONE);
  own_ = Map(file, PROT_READ | PROT_WRITE);
  ::close(file);
}

Result<std::shared_ptr<void>> FakeMemory::Allocate(const Device& device, size_t bytes) const {
  MMDEPLOY_TRYV(CheckIndex(device));
  const size_t size = (bytes / kPage + 1) * kPage;
  const std::lock_guard lock(mutex_);
  MMDEPLOY_ENSURE(used_bytes_ + size <= capacity_, Code::kOutOfMemory,
                  "device {} has no {} bytes left", Name(device), bytes);
  // The first gap that is large enough.
  size_t offset = 0;
  for (const auto& [start, block] : blocks_) {
    if (start - offset >= size) break;
    offset = start + block.bytes;
  }
  MMDEPLOY_ENSURE(offset + size <= kRegion, Code::kOutOfMemory, "device {} has no {} bytes left",
                  Name(device), bytes);
  blocks_[offset] = {size, device.index};
  used_bytes_ += size;
  std::memset(own_ + offset, 0xff, size);  // not a number in any float
  return std::shared_ptr<void>(protected_ + offset, [this, offset](void*) { Free(offset); });
}

void FakeMemory::Free(size_t offset) const {
  const std::lock_guard lock(mutex_);
  Flush();
  const auto block = blocks_.find(offset);
  used_bytes_ -= block->second.bytes;
  blocks_.erase(block);
}

Result<char*> FakeMemory::OwnLocked(const Device& device, const void* address, size_t bytes) const {
  MMDEPLOY_TRYV(CheckIndex(device));
  const auto offset = static_cast<size_t>(static_cast<const char*>(address) - protected_);
  auto block = blocks_.upper_bound(offset);
  const bool inside = offset < kRegion && block != blocks_.begin() &&
                      (--block)->first + block->second.bytes >= offset + bytes &&
                      block->second.device == device.index;
  MMDEPLOY_ENSURE(inside, Code::kFail, "{} bytes at {} are not in memory of {}", bytes,
                  fmt::ptr(address), Name(device));
  return own_ + offset;
}

Result<char*> FakeMemory::Own(const Device& device, const void* address, size_t bytes) const {
  const std::lock_guard lock(mutex_);
  return OwnLocked(device, address, bytes);
}

Result<char*> FakeMemory::BeginCopy(const Device& device, const void* address, size_t bytes) const {
  if (copies_left_ >= 0 && copies_left_-- == 0) {
    copies_left_ = 0;
    return MakeError(Code::kFail, "the device does not answer");
  }
  ++num_copies_;
  return OwnLocked(device, address, bytes);
}

Result<void> FakeMemory::CopyFromHost(const Device& device, void* to, const void* from,
                                      size_t bytes) const {
  const std::lock_guard lock(mutex_);
  MMDEPLOY_TRY(char* own, BeginCopy(device, to, bytes));
  Flush();
  std::memcpy(own, from, bytes);
  return {};
}

Result<void> FakeMemory::CopyToHost(const Device& device, void* to, const void* from,
                                    size_t bytes) const {
  const std::lock_guard lock(mutex_);
  MMDEPLOY_TRY(const char* own, BeginCopy(device, from, bytes));
  Flush();
  std::memcpy(to, own, bytes);
  return {};
}

Result<void> FakeMemory::CopyWithin(const Device& device, void* to, const void* from,
                                    size_t bytes) const {
  const std::lock_guard lock(mutex_);
  MMDEPLOY_TRY(char* target, BeginCopy(device, to, bytes));
  MMDEPLOY_TRY(const char* source, OwnLocked(device, from, bytes));
  pending_.emplace_back([=] { std::memcpy(target, source, bytes); });
  return {};
}

Result<void> FakeMemory::Synchronize(const Device& device) const {
  MMDEPLOY_TRYV(CheckIndex(device));
  const std::lock_guard lock(mutex_);
  Flush();
  return {};
}

void FakeMemory::Flush() const {
  for (const auto& copy : pending_) copy();
  pending_.clear();
}

}  // namespace mmdeploy::testing

// For tests, which open the plug-in themselves, too.
#define MMDEPLOY_EXPORT extern "C" __attribute__((visibility("default")))

// Memory of cuda:<index> that holds the bytes; never given back.
MMDEPLOY_EXPORT void* fake_device_upload(int index, const void* bytes, size_t size) {
  using namespace mmdeploy;
  const auto& memory = testing::FakeMemory::Instance();
  const Device device{DeviceType::kCuda, index};
  auto buffer = memory.Allocate(device, size);
  if (!buffer || !memory.CopyFromHost(device, buffer->get(), bytes, size)) return nullptr;
  return (new std::shared_ptr<void>(*buffer))->get();
}
MMDEPLOY_EXPORT void fake_device_limit(size_t capacity, int copies) {
  mmdeploy::testing::FakeMemory::Instance().Limit(capacity, copies);
}
MMDEPLOY_EXPORT size_t fake_device_used_bytes() {
  return mmdeploy::testing::FakeMemory::Instance().used_bytes();
}
MMDEPLOY_EXPORT int fake_device_num_copies() {
  return mmdeploy::testing::FakeMemory::Instance().num_copies();
}
