#include "mmdeploy/base/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace mmdeploy {

OutputFile::OutputFile(const std::string& path)
    : path_(path),
      temporary_(fmt::format("{}.{}.part", path, ::getpid())),
      stream_(temporary_, std::ios::binary | std::ios::trunc) {}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!committed_) std::filesystem::remove(temporary_, ignored);
}

Result<void> OutputFile::Commit() {
  stream_.close();
  std::error_code error;
  if (stream_) std::filesystem::rename(temporary_, path_, error);
  committed_ = stream_ && !error;
  MMDEPLOY_ENSURE(committed_, Code::kFail, "cannot write '{}': {}", path_,
                  error ? error.message() : std::strerror(errno));
  return {};
}

}  // namespace mmdeploy
