#include "mmdeploy/backend/torchscript/threads.h"

#include <ATen/Parallel.h>
#include <omp.h>

namespace mmdeploy::torchscript {

// On a thread that LibTorch has not seen before, get_num_threads() sets the count to its default:
// that has to happen first.
ThreadScope::ThreadScope(int count) : before_(at::get_num_threads()) { omp_set_num_threads(count); }

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

}  // namespace mmdeploy::torchscript
