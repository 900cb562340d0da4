#include "mmdeploy/backend/torchscript/archive.h"

#include "mmdeploy/base/zip.h"

namespace mmdeploy::torchscript {

Result<void> CheckArchive(const Bytes& content, const std::string& name) {
  MMDEPLOY_TRY(const auto archive, ZipArchive::Open(content, name));
  for (const auto& file : archive->names()) MMDEPLOY_TRYV(archive->Read(file));
  return {};
}

ByteStream::Buffer::Buffer(const Bytes& bytes) {
  // std::streambuf takes no const; nothing writes, because there is no put area.
  auto* begin = const_cast<char*>(bytes->data());
  setg(begin, begin, begin + bytes->size());
}

ByteStream::Buffer::pos_type ByteStream::Buffer::seekoff(off_type offset, std::ios::seekdir from,
                                                         std::ios::openmode) {
  char* start = from == std::ios::beg ? eback() : from == std::ios::cur ? gptr() : egptr();
  if (offset < eback() - start || offset > egptr() - start) return pos_type(off_type(-1));
  setg(eback(), start + offset, egptr());
  return gptr() - eback();
}

ByteStream::Buffer::pos_type ByteStream::Buffer::seekpos(pos_type position,
                                                         std::ios::openmode mode) {
  return seekoff(position, std::ios::beg, mode);
}

}  // namespace mmdeploy::torchscript
