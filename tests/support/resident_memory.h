#pragma once

#include <unistd.h>

#include <cstdint>
#include <fstream>

namespace mmdeploy::testing {

// Bytes of this process that lie in memory.
inline int64_t ResidentBytes() {
  int64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace mmdeploy::testing
