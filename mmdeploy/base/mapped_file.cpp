#include "mmdeploy/base/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace mmdeploy {

namespace {

struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) ::close(fd);
  }
};

}  // namespace

Result<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path) {
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  MMDEPLOY_ENSURE(file.fd >= 0 || errno != ENOENT, Code::kFileNotExist,
                  "file '{}' does not exist", path);
  MMDEPLOY_ENSURE(file.fd >= 0, Code::kFail, "cannot open '{}': {}", path, std::strerror(errno));
  struct stat status;
  MMDEPLOY_ENSURE(::fstat(file.fd, &status) == 0, Code::kFail, "cannot open '{}': {}", path,
                  std::strerror(errno));
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
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

}  // namespace mmdeploy
