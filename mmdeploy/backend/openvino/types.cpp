#include "mmdeploy/backend/openvino/types.h"

#include <algorithm>
#include <array>
#include <limits>

namespace mmdeploy::openvino {
namespace {

struct TypePair {
  ov::element::Type_t ov;
  DataType ours;
};

constexpr std::array<TypePair, 12> kTypes = {{
    {ov::element::Type_t::f32, DataType::kFloat32},
    {ov::element::Type_t::f16, DataType::kFloat16},
    {ov::element::Type_t::u8, DataType::kUint8},
    {ov::element::Type_t::i8, DataType::kInt8},
    {ov::element::Type_t::i32, DataType::kInt32},
    {ov::element::Type_t::i64, DataType::kInt64},
    {ov::element::Type_t::boolean, DataType::kBool},
    {ov::element::Type_t::f64, DataType::kFloat64},
    {ov::element::Type_t::i16, DataType::kInt16},
    {ov::element::Type_t::u16, DataType::kUint16},
    {ov::element::Type_t::u32, DataType::kUint32},
    {ov::element::Type_t::u64, DataType::kUint64},
}};

Result<void> CheckRank(size_t rank, std::string_view name) {
  MMDEPLOY_ENSURE(rank <= Shape::kMaxRank, Code::kNotSupported,
                  "'{}' has {} dimensions, supported: up to {}", name, rank, Shape::kMaxRank);
  return {};
}

}  // namespace

ov::element::Type ToOv(DataType dtype) {
  for (const auto& pair : kTypes) {
    if (pair.ours == dtype) return pair.ov;
  }
  return ov::element::dynamic;
}

Result<DataType> FromOv(const ov::element::Type& type, std::string_view name) {
  for (const auto& pair : kTypes) {
    if (pair.ov == type) return pair.ours;
  }
  return MakeError(Code::kNotSupported,
                   "tensor '{}' has OpenVINO element type '{}', which is not supported", name,
                   type.get_type_name());
}

ov::Shape ToOv(const Shape& shape) { return {shape.begin(), shape.end()}; }

Result<Shape> FromOv(const ov::Shape& shape, std::string_view name) {
  MMDEPLOY_TRYV(CheckRank(shape.size(), name));
  const std::vector<int64_t> dims(shape.begin(), shape.end());
  return Shape(dims);
}

Result<void> SetShape(const ov::PartialShape& shape, TensorInfo* info) {
  MMDEPLOY_ENSURE(shape.rank().is_static(), Code::kNotSupported,
                  "'{}' has no fixed number of dimensions; convert the model again with "
                  "--input_shape",
                  info->name);
  MMDEPLOY_TRYV(CheckRank(shape.size(), info->name));
  std::vector<int64_t> dims, min, max;
  bool limited = false;
  for (const auto& dim : shape) {
    dims.push_back(dim.is_static() ? dim.get_length() : Shape::kDynamic);
    min.push_back(dim.get_min_length());
    const int64_t end = dim.get_max_length();  // -1: none
    max.push_back(end < 0 ? std::numeric_limits<int32_t>::max() : end);
    limited |= dim.is_dynamic() && (min.back() > 0 || end >= 0);
  }
  info->shape = Shape(dims);
  if (!limited) return {};
  info->min_shape = Shape(min);
  info->max_shape = Shape(max);
  return {};
}

}  // namespace mmdeploy::openvino
