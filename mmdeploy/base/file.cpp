#include "mmdeploy/base/file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "mmdeploy/base/output_file.h"

namespace mmdeploy {
namespace fs = std::filesystem;

Result<Bytes> ReadFile(const std::string& path, int64_t max_bytes) {
  std::error_code error;
  const auto status = fs::status(path, error);
  MMDEPLOY_ENSURE(fs::exists(status), Code::kFileNotExist, "file '{}' does not exist", path);
  MMDEPLOY_ENSURE(fs::is_regular_file(status), Code::kFail, "'{}' is not a regular file", path);
  std::ifstream stream(path, std::ios::binary | std::ios::ate);
  MMDEPLOY_ENSURE(stream, Code::kFail, "cannot open '{}': {}", path, std::strerror(errno));
  const auto size = static_cast<int64_t>(stream.tellg());
  MMDEPLOY_ENSURE(size >= 0 && size <= max_bytes, Code::kFail,
                  "'{}' has {} bytes, allowed: up to {}", path, size, max_bytes);
  auto content = std::make_shared<std::vector<char>>(static_cast<size_t>(size));
  stream.seekg(0);
  stream.read(content->data(), size);
  MMDEPLOY_ENSURE(stream, Code::kFail, "cannot read '{}': {}", path, std::strerror(errno));
  return content;
}

Result<void> WriteFile(const std::string& path, std::string_view content) {
  OutputFile file(path);
  file.stream().write(content.data(), static_cast<std::streamsize>(content.size()));
  return file.Commit();
}

bool IsContained(std::string_view name) {
  if (name.empty() || name.find('\0') != name.npos || name.find('\\') != name.npos) return false;
  const fs::path path(name);
  if (path.is_absolute() || name.front() == '/') return false;
  return std::none_of(path.begin(), path.end(),
                      [](const fs::path& part) { return part == ".." || part.empty(); });
}

}  // namespace mmdeploy
