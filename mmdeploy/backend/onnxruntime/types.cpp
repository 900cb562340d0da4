#include "mmdeploy/backend/onnxruntime/types.h"

#include <array>

namespace mmdeploy::onnxruntime {
namespace {

struct DtypePair {
  ONNXTensorElementDataType onnx;
  DataType ours;
};

constexpr std::array<DtypePair, 12> kDtypes = {{
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, DataType::kFloat32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16, DataType::kFloat16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8, DataType::kUint8},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8, DataType::kInt8},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32, DataType::kInt32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64, DataType::kInt64},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL, DataType::kBool},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE, DataType::kFloat64},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16, DataType::kInt16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16, DataType::kUint16},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32, DataType::kUint32},
    {ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64, DataType::kUint64},
}};

}  // namespace

ONNXTensorElementDataType ToOnnx(DataType dtype) {
  for (const auto& pair : kDtypes) {
    if (pair.ours == dtype) return pair.onnx;
  }
  return ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
}

Result<DataType> FromOnnx(ONNXTensorElementDataType type, const std::string& name) {
  for (const auto& pair : kDtypes) {
    if (pair.onnx == type) return pair.ours;
  }
  return MakeError(Code::kNotSupported,
                   "tensor '{}' has ONNX element type {}, which is not supported", name,
                   static_cast<int>(type));
}

Result<TensorType> ReadType(const OrtApi& ort, const OrtTensorTypeAndShapeInfo& info,
                            const std::string& name) {
  ONNXTensorElementDataType element;
  size_t rank = 0;
  MMDEPLOY_ORT(ort, GetTensorElementType(&info, &element), "read an element type");
  MMDEPLOY_ORT(ort, GetDimensionsCount(&info, &rank), "read a rank");
  MMDEPLOY_ENSURE(rank <= Shape::kMaxRank, Code::kNotSupported,
                  "'{}' has {} dimensions, supported: up to {}", name, rank, Shape::kMaxRank);
  std::array<int64_t, Shape::kMaxRank> dims{};
  MMDEPLOY_ORT(ort, GetDimensions(&info, dims.data(), rank), "read a shape");
  MMDEPLOY_TRY(const DataType dtype, FromOnnx(element, name));
  return TensorType{dtype, Shape(Span<const int64_t>(dims.data(), rank))};
}

Result<TensorType> TypeOf(const OrtApi& ort, const OrtValue* value, const std::string& name) {
  OrtTensorTypeAndShapeInfo* info = nullptr;
  MMDEPLOY_ORT(ort, GetTensorTypeAndShape(value, &info), "read the type of a tensor");
  auto type = ReadType(ort, *info, name);
  ort.ReleaseTensorTypeAndShapeInfo(info);
  return type;
}

}  // namespace mmdeploy::onnxruntime
