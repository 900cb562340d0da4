#pragma once

#include <istream>

#include "mmdeploy/base/file.h"

namespace mmdeploy::torchscript {

// Reads every file inside a .pt, a zip archive, against its checksum: LibTorch does not look at
// them, and may crash on a damaged file. Errors: kFail.
Result<void> CheckArchive(const Bytes& content, const std::string& name);

// A stream over bytes, which must outlive it.
class ByteStream : public std::istream {
 public:
  explicit ByteStream(const Bytes& bytes) : std::istream(&buffer_), buffer_(bytes) {}

 private:
  class Buffer : public std::streambuf {
   public:
    explicit Buffer(const Bytes& bytes);

   protected:
    pos_type seekoff(off_type offset, std::ios::seekdir from, std::ios::openmode mode) override;
    pos_type seekpos(pos_type position, std::ios::openmode mode) override;
  };

  Buffer buffer_;
};

}  // namespace mmdeploy::torchscript
