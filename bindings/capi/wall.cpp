#include "bindings/capi/wall.h"

#include <new>
#include <stdexcept>
#include <string>

#include "bindings/capi/generated/functions.h"

namespace mmdeploy::capi {
namespace {

// The reason of this thread's last failure. `fallback` is shown when even the copy of a message
// failed.
struct LastFailure {
  std::string message;
  const char* fallback = nullptr;
};

LastFailure& Last() noexcept {
  thread_local LastFailure last;
  return last;
}

}  // namespace

int SetLastError(Code code, const char* message) noexcept {
  LastFailure& last = Last();
  last.fallback = nullptr;
  try {
    last.message = message;
  } catch (...) {
    last.fallback = "out of memory while an error was being reported";
  }
  return static_cast<int>(code);
}

const char* LastError() {
  const LastFailure& last = Last();
  return last.fallback != nullptr ? last.fallback : last.message.c_str();
}

int SetLastErrorFromException() noexcept {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return SetLastError(Code::kOutOfMemory, "out of memory");
  } catch (const std::length_error&) {
    return SetLastError(Code::kOutOfMemory,
                        "out of memory: a container would grow beyond its limit");
  } catch (const std::exception& e) {
    return SetLastError(Code::kFail, e.what());
  } catch (...) {
    return SetLastError(Code::kFail, "unknown exception from a library");
  }
}

}  // namespace mmdeploy::capi
