#include "mmdeploy/backend/guard.h"

namespace mmdeploy {
namespace {

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

}  // namespace

std::string JoinLines(std::string_view message, std::string_view left_out) {
  std::string joined;
  while (!message.empty()) {
    const auto end = message.find('\n');
    const auto line = Trim(message.substr(0, end));
    message.remove_prefix(end == std::string_view::npos ? message.size() : end + 1);
    const bool skip = !left_out.empty() && line.substr(0, left_out.size()) == left_out;
    if (line.empty() || skip) continue;
    joined.append(joined.empty() ? "" : " ").append(line);
  }
  return joined.empty() ? "no reason given" : joined;
}

}  // namespace mmdeploy
