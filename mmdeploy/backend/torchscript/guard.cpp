#include "mmdeploy/backend/torchscript/guard.h"

#include <c10/util/Exception.h>

namespace mmdeploy::torchscript {
namespace {

// What LibTorch says last in a run-time error stands behind this, after the stack of the graph.
constexpr std::string_view kReason = "RuntimeError: ";

}  // namespace

std::string Explain(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  std::string_view message = torch_error ? torch_error->what_without_backtrace() : error.what();
  if (const auto at = message.rfind(kReason); at != std::string_view::npos) {
    message.remove_prefix(at + kReason.size());
  }
  return JoinLines(message);
}

}  // namespace mmdeploy::torchscript
