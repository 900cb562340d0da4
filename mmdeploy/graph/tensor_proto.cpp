#include "mmdeploy/graph/tensor_proto.h"

#include <charconv>
#include <filesystem>
#include <system_error>

#include "mmdeploy/base/file.h"

namespace mmdeploy::graph {

namespace {
namespace fs = std::filesystem;

// A repeated field of wider elements than the tensor's is narrowed to them.
template <class Element, class Field>
std::string Pack(const Field& field) {
  std::string bytes;
  bytes.resize(static_cast<size_t>(field.size()) * sizeof(Element));
  char* out = bytes.data();
  for (const auto& value : field) {
    const auto element = static_cast<Element>(value);
    std::memcpy(out, &element, sizeof(element));
    out += sizeof(element);
  }
  return bytes;
}

// Elements of 2 or 4 bits: int32_data holds the packed bytes.
std::string PackTyped(const onnx_proto::TensorProto& proto, ElementType type) {
  switch (type) {
    case ElementType::kFloat32:
    case ElementType::kComplex64:
      return Pack<float>(proto.float_data());
    case ElementType::kFloat64:
    case ElementType::kComplex128:
      return Pack<double>(proto.double_data());
    case ElementType::kInt64:
      return Pack<int64_t>(proto.int64_data());
    case ElementType::kUint64:
      return Pack<uint64_t>(proto.uint64_data());
    case ElementType::kUint32:
      return Pack<uint32_t>(proto.uint64_data());
    case ElementType::kInt32:
      return Pack<int32_t>(proto.int32_data());
    default:
      return BitsOf(type) == 16 ? Pack<uint16_t>(proto.int32_data())
                                : Pack<uint8_t>(proto.int32_data());
  }
}

Result<int64_t> ParseNumber(const std::string& key, const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  MMDEPLOY_ENSURE(error == std::errc() && end == text.data() + text.size() && number >= 0,
                  Code::kFail, "external_data '{}' is '{}', expected a number >= 0", key, text);
  return number;
}

struct ExternalPlace {
  std::string location;
  int64_t offset = 0;
  std::optional<int64_t> length;
};

Result<ExternalPlace> ReadPlace(const onnx_proto::TensorProto& proto) {
  ExternalPlace place;
  for (const auto& entry : proto.external_data()) {
    if (entry.key() == "location") {
      place.location = entry.value();
    } else if (entry.key() == "offset") {
      MMDEPLOY_TRY(place.offset, ParseNumber(entry.key(), entry.value()));
    } else if (entry.key() == "length") {
      MMDEPLOY_TRY(place.length, ParseNumber(entry.key(), entry.value()));
    }
  }
  MMDEPLOY_ENSURE(!place.location.empty(), Code::kFail, "external_data has no location");
  return place;
}

Result<TensorPtr> OpenExternal(const onnx_proto::TensorProto& proto, ElementType type,
                               std::vector<int64_t> dims, int64_t num_bytes, ExternalFiles* files) {
  MMDEPLOY_TRY(const ExternalPlace place, ReadPlace(proto));
  MMDEPLOY_TRY(auto file, files->Open(place.location));
  MMDEPLOY_ENSURE(place.length.value_or(num_bytes) == num_bytes, Code::kFail,
                  "external_data length is {}, type and dimensions need {}", *place.length,
                  num_bytes);
  const auto size = static_cast<int64_t>(file->bytes().size());
  MMDEPLOY_ENSURE(place.offset <= size && num_bytes <= size - place.offset, Code::kFail,
                  "bytes {} to {} of '{}' are needed, but it has {} (truncated?)", place.offset,
                  place.offset + num_bytes, place.location, size);
  const std::string_view bytes =
      file->bytes().substr(static_cast<size_t>(place.offset), static_cast<size_t>(num_bytes));
  return TensorData::View(type, std::move(dims), bytes, std::move(file));
}

Result<TensorPtr> TakeStrings(onnx_proto::TensorProto* proto, std::vector<int64_t> dims) {
  const std::optional<int64_t> count = NumElements(dims);
  MMDEPLOY_ENSURE(count && *count == proto->string_data_size(), Code::kFail,
                  "it has {} strings, its dimensions need {}", proto->string_data_size(),
                  count.value_or(-1));
  std::vector<std::string> strings;
  for (std::string& text : *proto->mutable_string_data()) strings.push_back(std::move(text));
  return TensorData::Strings(std::move(dims), std::move(strings));
}

Result<TensorPtr> TakeElements(onnx_proto::TensorProto* proto, ExternalFiles* files) {
  MMDEPLOY_ENSURE(!proto->has_segment(), Code::kNotSupported,
                  "it is stored in segments, expected whole tensors");
  const auto type = static_cast<ElementType>(proto->data_type());
  std::vector<int64_t> dims(proto->dims().begin(), proto->dims().end());
  if (type == ElementType::kString) return TakeStrings(proto, std::move(dims));
  MMDEPLOY_TRY(const int64_t num_bytes, NumBytes(type, dims));
  if (proto->data_location() == onnx_proto::TensorProto::EXTERNAL) {
    return OpenExternal(*proto, type, std::move(dims), num_bytes, files);
  }
  std::string bytes =
      proto->has_raw_data() ? std::move(*proto->mutable_raw_data()) : PackTyped(*proto, type);
  MMDEPLOY_ENSURE(static_cast<int64_t>(bytes.size()) == num_bytes, Code::kFail,
                  "it has {} bytes of elements, type and dimensions need {}", bytes.size(),
                  num_bytes);
  return TensorData::Own(type, std::move(dims), std::move(bytes));
}

}  // namespace

Result<std::shared_ptr<const MappedFile>> ExternalFiles::Open(const std::string& location) {
  if (auto found = files_.find(location); found != files_.end()) return found->second;
  MMDEPLOY_ENSURE(!folder_.empty(), Code::kInvalidArgument,
                  "its elements are in the file '{}', but the model was given as bytes; "
                  "open the model by its path",
                  location);
  MMDEPLOY_ENSURE(IsContained(location), Code::kOutOfRange,
                  "external file '{}' is not inside the model's folder", location);
  std::error_code error;
  const fs::path folder = fs::canonical(folder_, error);
  const fs::path path = fs::canonical(fs::path(folder_) / location, error);
  MMDEPLOY_ENSURE(!error, Code::kFileNotExist, "external file '{}' of the model is missing",
                  (fs::path(folder_) / location).string());
  const fs::path relative = path.lexically_relative(folder);
  MMDEPLOY_ENSURE(IsContained(relative.string()), Code::kOutOfRange,
                  "external file '{}' is a link that leads outside the model's folder", location);
  MMDEPLOY_TRY(auto file, MappedFile::Open(path.string()));
  files_[location] = file;
  return file;
}

Result<TensorPtr> TakeTensor(onnx_proto::TensorProto* proto, ExternalFiles* files) {
  Result<TensorPtr> tensor = TakeElements(proto, files);
  if (tensor) return tensor;
  return MakeError(tensor.error().In(fmt::format("tensor '{}'", proto->name())));
}

void WriteTensorHeader(const TensorData& tensor, onnx_proto::TensorProto* proto) {
  proto->set_data_type(static_cast<int32_t>(tensor.type()));
  for (int64_t dim : tensor.dims()) proto->add_dims(dim);
}

void WriteTensor(const TensorData& tensor, onnx_proto::TensorProto* proto) {
  WriteTensorHeader(tensor, proto);
  if (tensor.type() == ElementType::kString) {
    for (const std::string& text : tensor.strings()) proto->add_string_data(text);
  } else {
    proto->set_raw_data(tensor.bytes().data(), tensor.bytes().size());
  }
}

}  // namespace mmdeploy::graph
