#include "mmdeploy/model/format_version.h"

#include <charconv>

namespace mmdeploy {
namespace {

// Reads a number from the front of `text`.
bool TakeNumber(std::string_view& text, int* out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), *out);
  if (error != std::errc() || *out < 0) return false;
  text.remove_prefix(static_cast<size_t>(end - text.data()));
  return true;
}

bool TakeDot(std::string_view& text) {
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

Result<FormatVersion> FormatVersion::Parse(std::string_view text) {
  FormatVersion version;
  auto rest = text;
  const bool ok = TakeNumber(rest, &version.major) && TakeDot(rest) &&
                  TakeNumber(rest, &version.minor) && TakeDot(rest) &&
                  TakeNumber(rest, &version.patch);
  MMDEPLOY_ENSURE(ok, Code::kFail,
                  "'{}' is not a version, expected '<major>.<minor>.<patch>', for example '0.7.0'",
                  text.substr(0, 40));
  version.candidate = rest.substr(0, 2) == "rc";
  return version;
}

}  // namespace mmdeploy
