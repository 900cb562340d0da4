#pragma once

#include <exception>
#include <new>
#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy::ncnn {

// Calls `function`, which answers a Result; an exception becomes an error.
template <class Function>
auto Guard(std::string_view what, Function&& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    return MakeError(Code::kOutOfMemory, "cannot {}: out of memory", what);
  } catch (const std::exception& error) {
    return MakeError(Code::kFail, "cannot {}: {}", what, error.what());
  }
}

}  // namespace mmdeploy::ncnn
