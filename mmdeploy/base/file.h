#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"

namespace mmdeploy {

// The content of a file; shared so that engines may keep it without a copy.
using Bytes = std::shared_ptr<const std::vector<char>>;

inline std::string_view AsText(const Bytes& bytes) { return {bytes->data(), bytes->size()}; }

// Errors: kFileNotExist, kFail (a folder, unreadable, larger than `max_bytes`).
Result<Bytes> ReadFile(const std::string& path, int64_t max_bytes = int64_t{8} << 30);

// Writes all or nothing, to files, links, pipes and standard output; see OutputFile.
Result<void> WriteFile(const std::string& path, std::string_view content);

// Whether `name` is a plain relative path that stays inside the folder it is joined to: no root,
// no drive, no "..", no empty part.
bool IsContained(std::string_view name);

}  // namespace mmdeploy
