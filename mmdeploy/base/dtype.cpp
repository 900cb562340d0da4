#include "mmdeploy/base/dtype.h"

#include <array>

namespace mmdeploy {
namespace {

// Indexed by DataType.
constexpr std::array<std::string_view, 12> kNames = {
    "float32", "float16", "uint8", "int8",   "int32",  "int64",
    "bool",    "float64", "int16", "uint16", "uint32", "uint64",
};

}  // namespace

std::string_view Name(DataType type) { return kNames[static_cast<size_t>(type)]; }

std::optional<DataType> ParseDataType(std::string_view name) {
  for (size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return static_cast<DataType>(i);
  }
  return std::nullopt;
}

}  // namespace mmdeploy
