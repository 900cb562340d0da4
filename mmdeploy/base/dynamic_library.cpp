#include "mmdeploy/base/dynamic_library.h"

#include <dlfcn.h>

#include <filesystem>

namespace mmdeploy {

Result<DynamicLibrary> DynamicLibrary::Open(const std::string& path) {
  void* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    const char* reason = ::dlerror();
    return MakeError(Code::kFileNotExist, "cannot open library '{}': {}", path,
                     reason ? reason : "unknown reason");
  }
  return DynamicLibrary(handle, path);
}

Result<void*> DynamicLibrary::FindSymbol(const char* name) const {
  void* symbol = ::dlsym(handle_, name);
  MMDEPLOY_ENSURE(symbol, Code::kFail, "library '{}' does not export '{}'", path_, name);
  return symbol;
}

std::string ThisLibraryFolder() {
  Dl_info info;
  if (::dladdr(reinterpret_cast<void*>(&ThisLibraryFolder), &info) == 0 || !info.dli_fname) {
    return ".";
  }
  std::error_code error;
  const auto path = std::filesystem::canonical(info.dli_fname, error);
  return error ? "." : path.parent_path().string();
}

}  // namespace mmdeploy
