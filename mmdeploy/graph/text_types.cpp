#include "mmdeploy/graph/text_types.h"

#include <utility>

namespace mmdeploy::graph {

namespace {

constexpr std::pair<ElementType, std::string_view> kNames[] = {
    {ElementType::kFloat32, "float"},
    {ElementType::kUint8, "uint8"},
    {ElementType::kInt8, "int8"},
    {ElementType::kUint16, "uint16"},
    {ElementType::kInt16, "int16"},
    {ElementType::kInt32, "int32"},
    {ElementType::kInt64, "int64"},
    {ElementType::kString, "string"},
    {ElementType::kBool, "bool"},
    {ElementType::kFloat16, "float16"},
    {ElementType::kFloat64, "double"},
    {ElementType::kUint32, "uint32"},
    {ElementType::kUint64, "uint64"},
    {ElementType::kComplex64, "complex64"},
    {ElementType::kComplex128, "complex128"},
    {ElementType::kBfloat16, "bfloat16"},
    {ElementType::kUndefined, "undefined"},
};

}  // namespace

std::string_view TextName(ElementType type) {
  for (const auto& [row, name] : kNames) {
    if (row == type) return name;
  }
  return "undefined";
}

std::optional<ElementType> ParseTextName(std::string_view name) {
  for (const auto& [type, row] : kNames) {
    if (row == name) return type;
  }
  return std::nullopt;
}

}  // namespace mmdeploy::graph
