#include "mmdeploy/backend/torchscript/threads.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <link.h>
#include <omp.h>

#include <cstring>

namespace mmdeploy::torchscript {
namespace {

constexpr const char* kOpenBlas = "libopenblas.so.0";

// Stops at, and answers whether there is, a loaded library of PyTorch for Python.
int IsTorchPython(dl_phdr_info* info, size_t, void*) {
  return std::strstr(info->dlpi_name, "libtorch_python") != nullptr ? 1 : 0;
}

}  // namespace

// On a thread that LibTorch has not seen before, get_num_threads() sets the count to its default:
// that has to happen first.
ThreadScope::ThreadScope(int count) : before_(at::get_num_threads()) { omp_set_num_threads(count); }

ThreadScope::~ThreadScope() { omp_set_num_threads(before_); }

void LimitBlasThreads(int count) {
  if (dl_iterate_phdr(IsTorchPython, nullptr) != 0) return;
  void* library = dlopen(kOpenBlas, RTLD_LAZY | RTLD_NOLOAD);
  if (!library) return;
  const auto get = reinterpret_cast<int (*)()>(dlsym(library, "openblas_get_num_threads"));
  const auto set = reinterpret_cast<void (*)(int)>(dlsym(library, "openblas_set_num_threads"));
  if (get && set && get() > count) set(count);
  dlclose(library);
}

}  // namespace mmdeploy::torchscript
