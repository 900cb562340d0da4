#include "mmdeploy/base/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace mmdeploy {
namespace fs = std::filesystem;
namespace {

Result<void> CannotWrite(const std::string& path, const std::string& reason) {
  return MakeError(Code::kFail, "cannot write '{}': {}", path, reason);
}

// What a name means: the end of its links, whether or not that exists.
std::string Resolve(const std::string& path) {
  constexpr int kMaxLinks = 40;  // of Linux
  fs::path target(path);
  std::error_code error;
  for (int i = 0; i < kMaxLinks && fs::is_symlink(target, error); ++i) {
    const fs::path next = fs::read_symlink(target, error);
    if (error) break;
    target = next.is_absolute() ? next : target.parent_path() / next;
  }
  return target.string();
}

// /dev/stdout and its like are links to files that are open already: they are not to be replaced.
bool IsInside(const std::string& path, std::string_view folder) {
  return path.compare(0, folder.size(), folder) == 0;
}

bool IsWrittenThrough(const std::string& path, const std::string& target) {
  if (path == kStandardOutput || IsInside(path, "/dev/") || IsInside(path, "/proc/self/fd/")) {
    return true;
  }
  std::error_code error;
  const fs::file_status status = fs::status(target, error);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

// The mode and, where we may, the owner of a file that is replaced.
void KeepAttributes(const std::string& target, const std::string& replacement) {
  struct stat old;
  if (::stat(target.c_str(), &old) != 0) return;
  if (::chown(replacement.c_str(), old.st_uid, old.st_gid) != 0) errno = 0;  // not ours to give
  ::chmod(replacement.c_str(), old.st_mode & 07777);
}

Result<void> WriteAll(int file, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t count = ::write(file, content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return CannotWrite(path, std::strerror(errno));
    content.remove_prefix(static_cast<size_t>(count));
  }
  return {};
}

Result<void> Rename(const std::string& complete, const std::string& target,
                    const std::string& path) {
  std::error_code error;
  if (fs::is_directory(target, error)) return CannotWrite(path, "it is a folder");
  KeepAttributes(target, complete);
  fs::rename(complete, target, error);
  if (error) return CannotWrite(path, error.message());
  return {};
}

}  // namespace

// Short, so that it fits wherever the name itself does.
std::string TemporaryName(const std::string& path) {
  static std::atomic<int> count{0};
  std::error_code error;
  const std::string target = Resolve(path);
  const fs::path folder = IsWrittenThrough(path, target) ? fs::temp_directory_path(error)
                                                         : fs::path(target).parent_path();
  return (folder / fmt::format(".mmdeploy-{}-{}.part", ::getpid(), count++)).string();
}

OutputFile::OutputFile(std::string path) : path_(std::move(path)), target_(Resolve(path_)) {
  if (IsWrittenThrough(path_, target_)) {
    stream_ = std::make_unique<std::ostringstream>();
    return;
  }
  temporary_ = TemporaryName(path_);
  errno = 0;
  stream_ = std::make_unique<std::ofstream>(temporary_, std::ios::binary | std::ios::trunc);
  if (!*stream_) open_error_ = errno;
}

OutputFile::~OutputFile() {
  std::error_code ignored;
  if (!committed_ && !temporary_.empty()) fs::remove(temporary_, ignored);
}

Result<void> OutputFile::WriteThrough(std::string_view content) const {
  if (path_ == kStandardOutput) {
    std::fflush(stdout);
    return WriteAll(STDOUT_FILENO, content, "standard output");
  }
  const int file = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return CannotWrite(path_, std::strerror(errno));
  Result<void> written = WriteAll(file, content, path_);
  if (::close(file) != 0 && written) return CannotWrite(path_, std::strerror(errno));
  return written;
}

Result<void> OutputFile::Finish() {
  if (finished_) return {};
  if (auto* file = dynamic_cast<std::ofstream*>(stream_.get())) {
    errno = 0;
    file->close();
    const int reason = open_error_ ? open_error_ : errno ? errno : ENOSPC;
    if (!*file) return CannotWrite(path_, std::strerror(reason));
    std::error_code error;
    if (fs::is_directory(target_, error)) return CannotWrite(path_, "it is a folder");
  }
  finished_ = true;
  return {};
}

Result<void> OutputFile::Commit() {
  MMDEPLOY_TRYV(Finish());
  if (const auto* memory = dynamic_cast<std::ostringstream*>(stream_.get())) {
    MMDEPLOY_TRYV(WriteThrough(memory->str()));
  } else {
    MMDEPLOY_TRYV(Rename(temporary_, target_, path_));
  }
  committed_ = true;
  return {};
}

Result<void> WriteFiles(const std::vector<std::pair<std::string, std::string_view>>& files) {
  for (size_t i = 0; i < files.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      MMDEPLOY_ENSURE(!IsSameFile(files[i].first, files[k].first), Code::kInvalidArgument,
                      "'{}' and '{}' are the same file, each of the {} files needs its own",
                      files[k].first, files[i].first, files.size());
    }
  }
  std::vector<std::unique_ptr<OutputFile>> outputs;
  for (const auto& [path, content] : files) {
    outputs.push_back(std::make_unique<OutputFile>(path));
    outputs.back()->stream().write(content.data(), static_cast<std::streamsize>(content.size()));
    MMDEPLOY_TRYV(outputs.back()->Finish());
  }
  for (const auto& output : outputs) MMDEPLOY_TRYV(output->Commit());
  return {};
}

Result<void> MoveIntoPlace(const std::string& complete, const std::string& path) {
  const std::string target = Resolve(path);
  std::error_code ignored;
  struct stat from, to;
  const std::string folder = fs::path(target).parent_path().string();
  const bool can_rename = !IsWrittenThrough(path, target) && ::stat(complete.c_str(), &from) == 0 &&
                          ::stat(folder.empty() ? "." : folder.c_str(), &to) == 0 &&
                          from.st_dev == to.st_dev;
  Result<void> placed;
  if (can_rename) {
    placed = Rename(complete, target, path);
  } else {
    OutputFile file(path);
    std::ifstream content(complete, std::ios::binary);
    if (content.peek() != std::ifstream::traits_type::eof()) file.stream() << content.rdbuf();
    placed = file.Commit();
  }
  fs::remove(complete, ignored);
  return placed;
}

bool IsSameFile(const std::string& a, const std::string& b) {
  if (a == kStandardOutput || b == kStandardOutput) return a == b;
  std::error_code error;
  if (fs::is_other(a, error)) return false;  // a device or pipe takes several, one after the other
  if (fs::equivalent(a, b, error)) return true;
  const auto place = [&error](const std::string& path) {
    return fs::weakly_canonical(fs::absolute(Resolve(path), error), error);
  };
  return place(a) == place(b);
}

}  // namespace mmdeploy
