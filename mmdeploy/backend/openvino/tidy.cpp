#include "mmdeploy/backend/openvino/tidy.h"

namespace mmdeploy::openvino {
namespace {

constexpr std::string_view kSpaces = " \t\r";

std::string_view Trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

}  // namespace

std::string Tidy(std::string_view message) {
  std::string tidy;
  while (!message.empty()) {
    const auto end = message.find('\n');
    const auto line = Trim(message.substr(0, end));
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    if (line.empty() || StartsWith(line, "Exception from ")) continue;
    tidy.append(tidy.empty() ? "" : " ").append(line);
  }
  return tidy.empty() ? "no reason given" : tidy;
}

}  // namespace mmdeploy::openvino
