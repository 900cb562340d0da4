#include "mmdeploy/base/buffer_pool.h"

#include <cstdlib>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace mmdeploy {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 40;

// Four classes per power of two: at most 25 % of a buffer is unused.
size_t SizeClass(size_t bytes) {
  constexpr size_t kSmallest = 256;
  if (bytes <= kSmallest) return kSmallest;
  size_t power = kSmallest;
  while (power * 2 < bytes) power *= 2;
  const size_t step = power / 4;
  return (bytes + step - 1) / step * step;
}

}  // namespace

class BufferPool::FreeLists {
 public:
  explicit FreeLists(size_t max_idle_bytes) : max_idle_bytes_(max_idle_bytes) {}

  ~FreeLists() {
    for (auto& [size, buffers] : idle_) {
      for (void* buffer : buffers) std::free(buffer);
    }
  }

  void* Take(size_t size) {
    {
      std::lock_guard lock(mutex_);
      if (auto it = idle_.find(size); it != idle_.end() && !it->second.empty()) {
        void* buffer = it->second.back();
        it->second.pop_back();
        idle_bytes_ -= size;
        return buffer;
      }
    }
    return std::aligned_alloc(kAlignment, size);
  }

  void Give(void* buffer, size_t size) {
    {
      std::lock_guard lock(mutex_);
      if (idle_bytes_ + size <= max_idle_bytes_) {
        idle_[size].push_back(buffer);
        idle_bytes_ += size;
        return;
      }
    }
    std::free(buffer);
  }

 private:
  std::mutex mutex_;
  std::unordered_map<size_t, std::vector<void*>> idle_;
  size_t idle_bytes_ = 0;
  const size_t max_idle_bytes_;
};

BufferPool::BufferPool(size_t max_idle_bytes)
    : free_lists_(std::make_shared<FreeLists>(max_idle_bytes)) {}

Result<std::shared_ptr<void>> BufferPool::Acquire(size_t bytes) {
  MMDEPLOY_ENSURE(bytes <= kMaxBytes, Code::kOutOfMemory, "cannot allocate {} bytes", bytes);
  const size_t size = SizeClass(bytes);
  void* buffer = free_lists_->Take(size);
  MMDEPLOY_ENSURE(buffer, Code::kOutOfMemory, "cannot allocate {} bytes", bytes);
  return std::shared_ptr<void>(
      buffer, [lists = free_lists_, size](void* pointer) { lists->Give(pointer, size); });
}

BufferPool& BufferPool::Shared() {
  // Leaked on purpose: buffers may be released by other objects with static lifetime.
  static auto* pool = new BufferPool;
  return *pool;
}

}  // namespace mmdeploy
