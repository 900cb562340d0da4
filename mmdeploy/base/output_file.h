#pragma once

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mmdeploy/base/result.h"

namespace mmdeploy {

// The name of standard output for everything that writes files.
constexpr std::string_view kStandardOutput = "-";

// A file that is written completely or not at all: content goes under a temporary name into the
// folder of the file, and Commit renames it; without Commit it is removed. A symbolic link stays,
// and the file that it names is written; a file that exists keeps its mode. Pipes, devices and
// "-" (standard output) get the content when it is complete.
class OutputFile {
 public:
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  std::ostream& stream() { return *stream_; }
  const std::string& path() const { return path_; }

  // Everything that can fail before the file gets its name. Commit does it too: for several files
  // that belong together, Finish all and then Commit all.
  // Errors: kFail (a write failed, or the folder does not take the file).
  [[nodiscard]] Result<void> Finish();
  [[nodiscard]] Result<void> Commit();

 private:
  Result<void> WriteThrough(std::string_view content) const;

  std::string path_;
  std::string target_;     // behind symbolic links
  std::string temporary_;  // empty: written to what exists, not replaced
  int open_error_ = 0;
  std::unique_ptr<std::ostream> stream_;
  bool finished_ = false;
  bool committed_ = false;
};

// Files that belong together, name and content: either all get their names or none does (as far as
// a file system can promise it).
// Errors: kInvalidArgument if two names mean the same file, kFail.
[[nodiscard]] Result<void> WriteFiles(
    const std::vector<std::pair<std::string, std::string_view>>& files);

// A name that nobody uses for a file that is to become `path`: in its folder, or in that for
// temporary files if `path` is no regular file.
std::string TemporaryName(const std::string& path);

// Gives a complete file its name in the way of OutputFile, and removes it under the old one. For
// libraries that write files themselves.
[[nodiscard]] Result<void> MoveIntoPlace(const std::string& complete, const std::string& path);

// Whether two names mean the same file, there or not yet; devices and pipes may be written twice.
bool IsSameFile(const std::string& a, const std::string& b);

}  // namespace mmdeploy
