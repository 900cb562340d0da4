#pragma once

#include <fstream>
#include <string>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// A file that appears under its name when it is complete: it is written under a temporary name in
// the same folder, renamed by Commit, and removed without it.
class OutputFile {
 public:
  explicit OutputFile(const std::string& path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ofstream& stream() { return stream_; }

  // Errors: kFail (a write failed, or the folder does not take the file).
  Result<void> Commit();

 private:
  std::string path_, temporary_;
  std::ofstream stream_;
  bool committed_ = false;
};

}  // namespace mmdeploy
