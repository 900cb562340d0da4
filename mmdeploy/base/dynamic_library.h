#pragma once

#include <string>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// A shared library, opened with its symbols kept to itself (RTLD_LOCAL). It is never unloaded:
// engines leave threads and thread-local objects behind.
class DynamicLibrary {
 public:
  // `path` as for dlopen: a file, or a bare name that the loader searches for.
  // Errors: kFileNotExist with the loader's reason.
  static Result<DynamicLibrary> Open(const std::string& path);

  // Errors: kFail when the library does not export `name`.
  template <class Function>
  Result<Function> Find(const char* name) const {
    MMDEPLOY_TRY(void* symbol, FindSymbol(name));
    return reinterpret_cast<Function>(symbol);
  }

  const std::string& path() const { return path_; }

 private:
  DynamicLibrary(void* handle, std::string path) : handle_(handle), path_(std::move(path)) {}
  Result<void*> FindSymbol(const char* name) const;

  void* handle_;
  std::string path_;
};

// Folder of the shared library (or program) that holds this code.
std::string ThisLibraryFolder();

}  // namespace mmdeploy
