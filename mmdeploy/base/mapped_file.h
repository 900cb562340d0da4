#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// A file in memory, read by the system where it is touched. The file must not be shortened by
// others while it is mapped (replacing it by a rename is safe).
class MappedFile {
 public:
  // Errors: kFileNotExist, kFail (a folder, unreadable).
  static Result<std::shared_ptr<const MappedFile>> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return bytes_; }

 private:
  explicit MappedFile(std::string_view bytes) : bytes_(bytes) {}
  std::string_view bytes_;
};

}  // namespace mmdeploy
