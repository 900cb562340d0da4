#include "mmdeploy/verify/npz.h"

#include <charconv>
#include <cstring>
#include <vector>

namespace mmdeploy {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

// The text behind "'key': " in numpy's header, a Python dictionary.
std::string_view ValueOf(std::string_view header, std::string_view key) {
  const auto at = header.find(fmt::format("'{}'", key));
  if (at == std::string_view::npos) return {};
  auto value = header.substr(at + key.size() + 2);
  value.remove_prefix(std::min(value.find_first_not_of(": "), value.size()));
  return value;
}

std::optional<DataType> ParseDescr(std::string_view value) {
  static constexpr std::pair<std::string_view, DataType> kTypes[] = {
      {"'<f4'", DataType::kFloat32}, {"'<f8'", DataType::kFloat64}, {"'|u1'", DataType::kUint8},
      {"'|i1'", DataType::kInt8},    {"'<i4'", DataType::kInt32},   {"'<i8'", DataType::kInt64},
      {"'<f2'", DataType::kFloat16}, {"'|b1'", DataType::kBool}};
  for (const auto& [text, type] : kTypes) {
    if (value.substr(0, text.size()) == text) return type;
  }
  return std::nullopt;
}

std::optional<Shape> ParseShape(std::string_view value) {
  std::vector<int64_t> dims;
  if (value.empty() || value.front() != '(') return std::nullopt;
  value.remove_prefix(1);
  while (!value.empty() && value.front() != ')') {
    int64_t dim = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), dim);
    if (error != std::errc() || dim < 0) return std::nullopt;
    dims.push_back(dim);
    value.remove_prefix(static_cast<size_t>(end - value.data()));
    value.remove_prefix(std::min(value.find_first_not_of(", "), value.size()));
  }
  if (dims.size() > Shape::kMaxRank) return std::nullopt;
  return Shape(dims);
}

}  // namespace

Result<Tensor> ParseArray(Bytes bytes, const std::string& name) {
  const std::string_view text = AsText(bytes);
  const auto fail = [&](std::string_view why) {
    return MakeError(Code::kFail, "array '{}' is not a valid .npy file: {}", name, why);
  };
  if (text.size() < 12 || text.substr(0, kMagic.size()) != kMagic) return fail("no header");
  const bool wide = text[6] >= 2;  // format 2 has a header length of 4 bytes
  uint32_t length = 0;
  std::memcpy(&length, text.data() + 8, wide ? 4 : 2);
  const size_t start = (wide ? size_t{12} : size_t{10}) + length;
  if (start > text.size()) return fail("truncated header");
  const auto header = text.substr(wide ? 12 : 10, length);
  const auto dtype = ParseDescr(ValueOf(header, "descr"));
  const auto shape = ParseShape(ValueOf(header, "shape"));
  if (!dtype || !shape || ValueOf(header, "fortran_order").substr(0, 5) != "False") {
    return fail("element type, order or shape is not supported");
  }
  const auto count = shape->num_elements();
  if (!count || *count > static_cast<int64_t>(text.size()) ||
      static_cast<size_t>(*count) * SizeOf(*dtype) != text.size() - start) {
    return fail("its size does not match its shape");
  }
  // Aligned memory of our own: the data may start anywhere in the file.
  MMDEPLOY_TRY(auto tensor, Tensor::Allocate(*dtype, *shape));
  std::memcpy(tensor.raw(), text.data() + start, text.size() - start);
  return tensor;
}

Result<Tensor> ReadArray(const ZipArchive& archive, const std::string& name) {
  MMDEPLOY_TRY(auto bytes, archive.Read(name + ".npy"));
  return ParseArray(std::move(bytes), name);
}

}  // namespace mmdeploy
