#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// The name of standard input where streams are read.
constexpr std::string_view kStandardInput = "-";

// Whether pipes, devices and "-" are read to their end; else they are refused, as they must be
// where a stranger's file names them.
enum class Streams { kRefuse, kRead };

// A file in memory, read by the system where it is touched. The file must not be shortened by
// others while it is mapped (replacing it by a rename is safe).
class MappedFile {
 public:
  // Errors: kFileNotExist, kFail (a folder, unreadable), kOutOfRange (a stream without end).
  static Result<std::shared_ptr<const MappedFile>> Open(const std::string& path,
                                                        Streams streams = Streams::kRefuse);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
  std::string stream_;  // what a stream gave; bytes_ is a view of it
};

}  // namespace mmdeploy
