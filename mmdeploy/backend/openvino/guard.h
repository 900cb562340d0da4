#pragma once

#include "mmdeploy/backend/guard.h"

namespace mmdeploy::openvino {

// OpenVINO's message as one line, without the places in its source that it starts with.
std::string Explain(const std::exception& error);

// Calls `function`; an exception becomes the error "openvino cannot <what>: <message>".
template <class Function>
auto Guard(std::string_view what, Function&& function) {
  return mmdeploy::Guard("openvino", what, Explain, std::forward<Function>(function));
}

}  // namespace mmdeploy::openvino
