#include "mmdeploy/base/zip.h"

#include <zip.h>

#include <algorithm>
#include <mutex>

namespace mmdeploy {
namespace {

struct Entry {
  uint64_t index;
  uint64_t size;
};

std::string_view BaseName(std::string_view name) { return name.substr(name.rfind('/') + 1); }

std::string ZipReason(zip_error_t* error) {
  std::string reason = zip_error_strerror(error);
  zip_error_fini(error);
  return reason;
}

}  // namespace

struct ZipArchive::State {
  Bytes bytes;
  std::string name;
  zip_t* zip = nullptr;
  std::vector<std::string> names;
  std::vector<Entry> entries;  // of the same order as names
  std::mutex mutex;

  ~State() {
    if (zip) zip_discard(zip);
  }

  Result<void> OpenArchive();
  Result<void> ListEntries(const ZipLimits& limits);
  Result<Bytes> ReadEntry(size_t position);
  Result<size_t> Locate(std::string_view wanted) const;
};

Result<void> ZipArchive::State::OpenArchive() {
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes->data(), bytes->size(), 0, &error);
  MMDEPLOY_ENSURE(source, Code::kFail, "{}: {}", name, ZipReason(&error));
  zip = zip_open_from_source(source, ZIP_RDONLY, &error);
  if (!zip) {
    zip_source_free(source);
    return MakeError(Code::kFail, "{}: not a complete zip archive: {}", name, ZipReason(&error));
  }
  return {};
}

Result<void> ZipArchive::State::ListEntries(const ZipLimits& limits) {
  const int64_t count = zip_get_num_entries(zip, 0);
  MMDEPLOY_ENSURE(count <= limits.max_entries, Code::kFail,
                  "{}: {} entries in the archive, allowed: up to {}", name, count,
                  limits.max_entries);
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) {
    zip_stat_t stat;
    MMDEPLOY_ENSURE(zip_stat_index(zip, static_cast<uint64_t>(i), 0, &stat) == 0 &&
                        (stat.valid & ZIP_STAT_NAME) && (stat.valid & ZIP_STAT_SIZE),
                    Code::kFail, "{}: entry {} of the archive is corrupt", name, i);
    std::string entry = stat.name;
    if (!entry.empty() && entry.back() == '/') continue;  // a folder
    MMDEPLOY_ENSURE(IsContained(entry), Code::kFail,
                    "{}: entry name '{}' leaves the archive; absolute names and '..' are refused",
                    name, entry);
    MMDEPLOY_ENSURE(stat.encryption_method == ZIP_EM_NONE, Code::kNotSupported,
                    "{}: entry '{}' is encrypted, which is not supported", name, entry);
    MMDEPLOY_ENSURE(stat.size <= static_cast<uint64_t>(limits.max_entry_bytes) &&
                        static_cast<int64_t>(stat.size) <= limits.max_total_bytes - total,
                    Code::kOutOfMemory,
                    "{}: entry '{}' unpacks to {} bytes, allowed: {} per file and {} in all", name,
                    entry, stat.size, limits.max_entry_bytes, limits.max_total_bytes);
    total += static_cast<int64_t>(stat.size);
    names.push_back(std::move(entry));
    entries.push_back({static_cast<uint64_t>(i), stat.size});
  }
  return {};
}

Result<Bytes> ZipArchive::State::ReadEntry(size_t position) {
  // The header's size is a claim: grow with what really comes, so that a tiny archive cannot
  // make us reserve gigabytes.
  constexpr uint64_t kStep = uint64_t{16} << 20;
  const Entry entry = entries[position];
  std::lock_guard lock(mutex);
  zip_file_t* file = zip_fopen_index(zip, entry.index, 0);
  MMDEPLOY_ENSURE(file, Code::kFail, "{}: cannot read '{}': {}", name, names[position],
                  zip_strerror(zip));
  auto content = std::make_shared<std::vector<char>>();
  int64_t got = 1;
  while (got > 0 && content->size() < entry.size) {
    const size_t offset = content->size();
    content->resize(offset + std::min(kStep, entry.size - offset));
    got = zip_fread(file, content->data() + offset, content->size() - offset);
    content->resize(offset + static_cast<size_t>(std::max<int64_t>(got, 0)));
  }
  char probe = 0;  // reading past the end makes libzip check the CRC
  const bool clean = content->size() == entry.size && zip_fread(file, &probe, 1) == 0;
  zip_fclose(file);
  MMDEPLOY_ENSURE(clean, Code::kFail, "{}: entry '{}' is corrupt: {} of {} bytes could be read",
                  name, names[position], content->size(), entry.size);
  return content;
}

Result<size_t> ZipArchive::State::Locate(std::string_view wanted) const {
  const auto exact = std::find(names.begin(), names.end(), wanted);
  if (exact != names.end()) return static_cast<size_t>(exact - names.begin());
  const auto same_base = [&](const std::string& n) { return BaseName(n) == wanted; };
  const auto count = std::count_if(names.begin(), names.end(), same_base);
  MMDEPLOY_ENSURE(count > 0, Code::kFileNotExist, "{}: no file '{}' in the archive", name, wanted);
  MMDEPLOY_ENSURE(count == 1, Code::kFail, "{}: {} files named '{}' in the archive, expected one",
                  name, count, wanted);
  const auto it = std::find_if(names.begin(), names.end(), same_base);
  return static_cast<size_t>(it - names.begin());
}

ZipArchive::ZipArchive(std::unique_ptr<State> state) : state_(std::move(state)) {}
ZipArchive::~ZipArchive() = default;

Result<std::unique_ptr<ZipArchive>> ZipArchive::Open(Bytes bytes, std::string name,
                                                     const ZipLimits& limits) {
  auto state = std::make_unique<State>();
  state->bytes = std::move(bytes);
  state->name = std::move(name);
  MMDEPLOY_TRYV(state->OpenArchive());
  MMDEPLOY_TRYV(state->ListEntries(limits));
  return std::unique_ptr<ZipArchive>(new ZipArchive(std::move(state)));
}

const std::vector<std::string>& ZipArchive::names() const { return state_->names; }

Result<Bytes> ZipArchive::Read(std::string_view name) const {
  MMDEPLOY_TRY(const size_t position, state_->Locate(name));
  return state_->ReadEntry(position);
}

}  // namespace mmdeploy
