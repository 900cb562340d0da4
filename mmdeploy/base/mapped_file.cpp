#include "mmdeploy/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace mmdeploy {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

// The end of what a pipe may give: more than one ONNX message holds.
constexpr size_t kMaxStream = size_t{4} << 30;

Result<std::string> ReadStream(int file, const std::string& path) {
  std::string content;
  std::vector<char> buffer(size_t{1} << 16);
  while (true) {
    const ssize_t count = ::read(file, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    MMDEPLOY_ENSURE(count >= 0, Code::kFail, "cannot read '{}': {}", path, std::strerror(errno));
    if (count == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(count));
    MMDEPLOY_ENSURE(content.size() <= kMaxStream, Code::kOutOfRange,
                    "'{}' gives more than {} bytes, which is the limit", path, kMaxStream);
  }
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path,
                                                           Streams streams) {
  const Descriptor file{streams == Streams::kRead && path == kStandardInput
                            ? ::dup(STDIN_FILENO)
                            : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  MMDEPLOY_ENSURE(file.fd >= 0 || errno != ENOENT, Code::kFileNotExist, "file '{}' does not exist",
                  path);
  MMDEPLOY_ENSURE(file.fd >= 0, Code::kFail, "cannot open '{}': {}", path, std::strerror(errno));
  struct stat status;
  MMDEPLOY_ENSURE(::fstat(file.fd, &status) == 0, Code::kFail, "cannot open '{}': {}", path,
                  std::strerror(errno));
  if (streams == Streams::kRead && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    MMDEPLOY_TRY(std::string content, ReadStream(file.fd, path));
    std::shared_ptr<MappedFile> stream(new MappedFile({}));
    stream->stream_ = std::move(content);
    stream->bytes_ = stream->stream_;
    return std::shared_ptr<const MappedFile>(std::move(stream));
  }
  MMDEPLOY_ENSURE(S_ISREG(status.st_mode), Code::kFail, "'{}' is not a regular file", path);
  const auto size = static_cast<size_t>(status.st_size);
  if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile({}));
  void* memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.fd, 0);
  MMDEPLOY_ENSURE(memory != MAP_FAILED, Code::kFail, "cannot map '{}': {}", path,
                  std::strerror(errno));
  return std::shared_ptr<const MappedFile>(
      new MappedFile({static_cast<const char*>(memory), size}));
}

MappedFile::~MappedFile() {
  if (stream_.empty() && !bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace mmdeploy
