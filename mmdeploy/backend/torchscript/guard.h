#pragma once

#include "mmdeploy/backend/guard.h"

namespace mmdeploy::torchscript {

// LibTorch's message as one line, without stacks.
std::string Explain(const std::exception& error);

// Calls `function`; an exception becomes the error "torchscript cannot <what>: <message>".
template <class Function>
auto Guard(std::string_view what, Function&& function) {
  return mmdeploy::Guard("torchscript", what, Explain, std::forward<Function>(function));
}

}  // namespace mmdeploy::torchscript
