#pragma once

#include <utility>

#include "mmdeploy/base/result.h"

// The wall between C and our code: errors become a code and a message, exceptions never pass.
namespace mmdeploy::capi {

// Keeps `error` for mmdeploy_last_error() of this thread and returns its code. Never throws.
int SetLastError(Code code, const char* message) noexcept;

// The status of an exception that is being handled.
int SetLastErrorFromException() noexcept;

// Runs `body`, which returns Result<void>, and gives its status.
template <class Body>
int Status(Body&& body) noexcept {
  try {
    const Result<void> result = std::forward<Body>(body)();
    return result ? 0 : SetLastError(result.error().code(), result.error().message().c_str());
  } catch (...) {
    return SetLastErrorFromException();
  }
}

}  // namespace mmdeploy::capi

#define MMDEPLOY_CHECK_NOT_NULL(argument)                                  \
  MMDEPLOY_ENSURE((argument) != nullptr, mmdeploy::Code::kInvalidArgument, \
                  "argument '{}' of {} is NULL", #argument, function)

// The macros name the C `function` they stand in. An array of `count` elements; NULL only if there
// are none.
#define MMDEPLOY_CHECK_ARRAY(argument, count)                                                  \
  MMDEPLOY_ENSURE((count) >= 0, mmdeploy::Code::kInvalidArgument,                              \
                  "argument '{}' of {} is {}, allowed: 0 or more", #count, function, (count)); \
  MMDEPLOY_ENSURE((argument) != nullptr || (count) == 0, mmdeploy::Code::kInvalidArgument,     \
                  "argument '{}' of {} is NULL but '{}' is {}", #argument, function, #count,   \
                  (count))
