#pragma once

#include <cstddef>
#include <memory>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// Recycles host buffers, so that a pipeline in steady state allocates nothing of image size.
// Thread-safe. Buffers may outlive the pool object: they keep its free lists alive.
class BufferPool {
 public:
  static constexpr size_t kAlignment = 64;

  // Keeps at most `max_idle_bytes` of unused memory; what exceeds it is freed at once.
  explicit BufferPool(size_t max_idle_bytes = size_t{256} << 20);

  // At least `bytes` (rounded up to a size class), 64-byte aligned, not initialised. The memory
  // returns to the pool when the last copy of the pointer goes. Errors: kOutOfMemory.
  Result<std::shared_ptr<void>> Acquire(size_t bytes);

  // The process-wide pool.
  static BufferPool& Shared();

 private:
  class FreeLists;
  std::shared_ptr<FreeLists> free_lists_;
};

}  // namespace mmdeploy
