#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/file.h"
#include "mmdeploy/base/result.h"

namespace mmdeploy {

// What an archive may hold at most; a stranger's file must not exhaust the machine.
struct ZipLimits {
  int64_t max_entries = 10000;
  int64_t max_entry_bytes = int64_t{4} << 30;
  int64_t max_total_bytes = int64_t{8} << 30;
};

// A zip archive, read only. Thread-safe: reading is serialised inside.
class ZipArchive {
 public:
  // Takes over the bytes of the archive; `name` is for messages. Errors (kFail): not a zip, a
  // truncated one, an absolute name or one with "..", an encrypted entry, limits exceeded.
  static Result<std::unique_ptr<ZipArchive>> Open(Bytes bytes, std::string name,
                                                  const ZipLimits& limits = {});
  ~ZipArchive();

  // Full names of the files inside, in archive order.
  const std::vector<std::string>& names() const;

  // `name` is a full name or, when no full name matches and it is unique, a base name.
  // Errors: kFileNotExist, kFail (corrupt data, ambiguous base name).
  Result<Bytes> Read(std::string_view name) const;

 private:
  struct State;
  explicit ZipArchive(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace mmdeploy
