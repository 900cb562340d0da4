#pragma once

#include <exception>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "mmdeploy/base/result.h"

namespace mmdeploy::openvino {

// A message of OpenVINO as one line, without the places in OpenVINO's source that it starts with.
std::string Tidy(std::string_view message);

// Calls `function`; an exception becomes the error "openvino cannot <what>: <message>".
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
    return MakeError(Code::kOutOfMemory, "openvino cannot {}: out of memory", what);
  } catch (const std::exception& error) {
    return MakeError(Code::kFail, "openvino cannot {}: {}", what, Tidy(error.what()));
  }
}

}  // namespace mmdeploy::openvino
