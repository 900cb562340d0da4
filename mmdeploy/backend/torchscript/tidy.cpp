#include "mmdeploy/backend/torchscript/tidy.h"

namespace mmdeploy::torchscript {
namespace {

constexpr std::string_view kSpaces = " \t\r";
// What LibTorch says last in a run-time error stands behind this, after the stack of the graph.
constexpr std::string_view kReason = "RuntimeError: ";

}  // namespace

std::string Tidy(std::string_view message) {
  if (const auto at = message.rfind(kReason); at != std::string_view::npos) {
    message.remove_prefix(at + kReason.size());
  }
  std::string tidy;
  while (!message.empty()) {
    auto line = message.substr(0, message.find('\n'));
    message.remove_prefix(std::min(message.size(), line.size() + 1));
    const auto first = line.find_first_not_of(kSpaces);
    if (first == std::string_view::npos) continue;
    line = line.substr(first, line.find_last_not_of(kSpaces) - first + 1);
    tidy.append(tidy.empty() ? "" : " ").append(line);
  }
  return tidy.empty() ? "no reason given" : tidy;
}

}  // namespace mmdeploy::torchscript
