#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "mmdeploy/base/result.h"

namespace mmdeploy::torchscript {

// A message of LibTorch as one line, without the stack that follows it.
std::string Tidy(std::string_view message);

// Calls `function`; an exception becomes the error "torchscript cannot <what>: <message>".
template <class Function>
auto Guard(std::string_view what, Function&& function) -> Result<decltype(function())> {
  try {
    if constexpr (std::is_void_v<decltype(function())>) {
      function();
      return {};
    } else {
      return function();
    }
  } catch (const std::bad_alloc&) {
    return MakeError(Code::kOutOfMemory, "torchscript cannot {}: out of memory", what);
  } catch (const c10::Error& error) {
    return MakeError(Code::kFail, "torchscript cannot {}: {}", what,
                     Tidy(error.what_without_backtrace()));
  } catch (const std::exception& error) {
    return MakeError(Code::kFail, "torchscript cannot {}: {}", what, Tidy(error.what()));
  }
}

}  // namespace mmdeploy::torchscript
