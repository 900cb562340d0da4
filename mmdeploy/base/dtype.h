#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace mmdeploy {

// Element types of tensors and images.
enum class DataType : int {
  kFloat32,
  kFloat16,
  kUint8,
  kInt8,
  kInt32,
  kInt64,
  kBool,
  kFloat64,
  kInt16,
  kUint16,
  kUint32,
  kUint64,
};

// Bytes of one element.
constexpr size_t SizeOf(DataType type) {
  switch (type) {
    case DataType::kUint8:
    case DataType::kInt8:
    case DataType::kBool:
      return 1;
    case DataType::kFloat16:
    case DataType::kInt16:
    case DataType::kUint16:
      return 2;
    case DataType::kInt64:
    case DataType::kFloat64:
    case DataType::kUint64:
      return 8;
    default:
      return 4;
  }
}

// numpy's spelling: "float32", "uint8", ...
std::string_view Name(DataType type);
std::optional<DataType> ParseDataType(std::string_view name);

template <class T>
struct DataTypeOf;
// clang-format off
template <> struct DataTypeOf<float>    { static constexpr DataType value = DataType::kFloat32; };
template <> struct DataTypeOf<double>   { static constexpr DataType value = DataType::kFloat64; };
template <> struct DataTypeOf<uint8_t>  { static constexpr DataType value = DataType::kUint8; };
template <> struct DataTypeOf<int8_t>   { static constexpr DataType value = DataType::kInt8; };
template <> struct DataTypeOf<uint16_t> { static constexpr DataType value = DataType::kUint16; };
template <> struct DataTypeOf<int16_t>  { static constexpr DataType value = DataType::kInt16; };
template <> struct DataTypeOf<uint32_t> { static constexpr DataType value = DataType::kUint32; };
template <> struct DataTypeOf<int32_t>  { static constexpr DataType value = DataType::kInt32; };
template <> struct DataTypeOf<uint64_t> { static constexpr DataType value = DataType::kUint64; };
template <> struct DataTypeOf<int64_t>  { static constexpr DataType value = DataType::kInt64; };
template <> struct DataTypeOf<bool>     { static constexpr DataType value = DataType::kBool; };
// clang-format on

}  // namespace mmdeploy
