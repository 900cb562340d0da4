#pragma once

#include <cstdint>
#include <functional>

namespace mmdeploy {

// Calls body(i) for 0 <= i < count on up to `max_threads` threads of the process's pool (0: all
// of them; 1: on the calling thread only) and returns when all calls have. Nested calls are
// allowed. The order of calls is not defined, so bodies write to places of their own: the result
// is then the same for every number of threads. What a body throws is thrown here, once no call
// runs any more; other calls may then not have happened, and which of several is thrown is open.
//
// The only user of oneTBB; the build option MMDEPLOY_STD_THREADS replaces it by std::thread,
// which the thread sanitizer understands.
void ParallelFor(int64_t count, int max_threads, const std::function<void(int64_t)>& body);

// Processors available to this process.
int NumProcessors();

}  // namespace mmdeploy
