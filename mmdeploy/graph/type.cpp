#include "mmdeploy/graph/type.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace mmdeploy::graph {

namespace {

struct TypeRow {
  ElementType type;
  const char* name;
  size_t bits;
  std::optional<DataType> dtype;
};

constexpr TypeRow kTypes[] = {
    {ElementType::kFloat32, "float32", 32, DataType::kFloat32},
    {ElementType::kUint8, "uint8", 8, DataType::kUint8},
    {ElementType::kInt8, "int8", 8, DataType::kInt8},
    {ElementType::kUint16, "uint16", 16, DataType::kUint16},
    {ElementType::kInt16, "int16", 16, DataType::kInt16},
    {ElementType::kInt32, "int32", 32, DataType::kInt32},
    {ElementType::kInt64, "int64", 64, DataType::kInt64},
    {ElementType::kString, "string", 0, std::nullopt},
    {ElementType::kBool, "bool", 8, DataType::kBool},
    {ElementType::kFloat16, "float16", 16, DataType::kFloat16},
    {ElementType::kFloat64, "float64", 64, DataType::kFloat64},
    {ElementType::kUint32, "uint32", 32, DataType::kUint32},
    {ElementType::kUint64, "uint64", 64, DataType::kUint64},
    {ElementType::kComplex64, "complex64", 64, std::nullopt},
    {ElementType::kComplex128, "complex128", 128, std::nullopt},
    {ElementType::kBfloat16, "bfloat16", 16, std::nullopt},
    // Small types of newer files, in the order of onnx.TensorProto.DataType.
    {static_cast<ElementType>(17), "float8e4m3fn", 8, std::nullopt},
    {static_cast<ElementType>(18), "float8e4m3fnuz", 8, std::nullopt},
    {static_cast<ElementType>(19), "float8e5m2", 8, std::nullopt},
    {static_cast<ElementType>(20), "float8e5m2fnuz", 8, std::nullopt},
    {static_cast<ElementType>(21), "uint4", 4, std::nullopt},
    {static_cast<ElementType>(22), "int4", 4, std::nullopt},
    {static_cast<ElementType>(23), "float4e2m1", 4, std::nullopt},
    {static_cast<ElementType>(24), "float8e8m0", 8, std::nullopt},
    {static_cast<ElementType>(25), "uint2", 2, std::nullopt},
    {static_cast<ElementType>(26), "int2", 2, std::nullopt},
};

const TypeRow* FindRow(ElementType type) {
  for (const TypeRow& row : kTypes) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

}  // namespace

std::string Name(ElementType type) {
  const TypeRow* row = FindRow(type);
  return row ? row->name : fmt::format("type {}", static_cast<int>(type));
}

size_t BitsOf(ElementType type) {
  const TypeRow* row = FindRow(type);
  return row ? row->bits : 0;
}

std::optional<DataType> ToDataType(ElementType type) {
  const TypeRow* row = FindRow(type);
  return row ? row->dtype : std::nullopt;
}

ElementType FromDataType(DataType type) {
  for (const TypeRow& row : kTypes) {
    if (row.dtype == type) return row.type;
  }
  return ElementType::kUndefined;
}

std::string Name(const Dim& dim) {
  if (dim.is_known()) return std::to_string(dim.value());
  return dim.is_symbol() ? dim.symbol() : "?";
}

std::optional<std::vector<int64_t>> KnownDims(const Dims& dims) {
  std::vector<int64_t> known;
  for (const Dim& dim : dims) {
    if (!dim.is_known()) return std::nullopt;
    known.push_back(dim.value());
  }
  return known;
}

std::optional<int64_t> NumElements(const std::vector<int64_t>& dims) {
  int64_t product = 1;
  for (int64_t dim : dims) {
    if (dim < 0 || __builtin_mul_overflow(product, dim, &product)) return std::nullopt;
  }
  return product;
}

std::optional<int64_t> NumElements(const Dims& dims) {
  std::optional<std::vector<int64_t>> known = KnownDims(dims);
  return known ? NumElements(*known) : std::nullopt;
}

std::string Name(const ValueType& type) {
  if (type.other) return "non-tensor";
  if (type.element == ElementType::kUndefined && !type.dims) return "?";
  std::string element = type.element == ElementType::kUndefined ? "?" : Name(type.element);
  if (!type.dims) return element + "[...]";
  std::vector<std::string> dims;
  for (const Dim& dim : *type.dims) dims.push_back(Name(dim));
  return fmt::format("{}[{}]", element, fmt::join(dims, ","));
}

}  // namespace mmdeploy::graph
