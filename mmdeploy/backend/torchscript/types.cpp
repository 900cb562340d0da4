#include "mmdeploy/backend/torchscript/types.h"

#include <array>

namespace mmdeploy::torchscript {
namespace {

struct TypePair {
  c10::ScalarType torch;
  DataType ours;
};

constexpr std::array<TypePair, 9> kTypes = {{
    {c10::ScalarType::Float, DataType::kFloat32},
    {c10::ScalarType::Half, DataType::kFloat16},
    {c10::ScalarType::Byte, DataType::kUint8},
    {c10::ScalarType::Char, DataType::kInt8},
    {c10::ScalarType::Int, DataType::kInt32},
    {c10::ScalarType::Long, DataType::kInt64},
    {c10::ScalarType::Bool, DataType::kBool},
    {c10::ScalarType::Double, DataType::kFloat64},
    {c10::ScalarType::Short, DataType::kInt16},
}};

}  // namespace

Result<c10::ScalarType> ToTorch(DataType dtype, std::string_view name) {
  for (const auto& pair : kTypes) {
    if (pair.ours == dtype) return pair.torch;
  }
  return MakeError(Code::kNotSupported, "tensor '{}' has element type {}, which LibTorch lacks",
                   name, Name(dtype));
}

Result<DataType> FromTorch(c10::ScalarType type, std::string_view name) {
  for (const auto& pair : kTypes) {
    if (pair.torch == type) return pair.ours;
  }
  return MakeError(Code::kNotSupported,
                   "tensor '{}' has LibTorch element type '{}', which is not supported", name,
                   c10::toString(type));
}

}  // namespace mmdeploy::torchscript
