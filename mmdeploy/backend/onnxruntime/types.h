#pragma once

#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/base/dtype.h"
#include "mmdeploy/base/shape.h"

namespace mmdeploy::onnxruntime {

ONNXTensorElementDataType ToOnnx(DataType dtype);

// Errors: kNotSupported, for tensor `name`.
Result<DataType> FromOnnx(ONNXTensorElementDataType type, const std::string& name);

struct TensorType {
  DataType dtype;
  Shape shape;
};

// Of tensor `name`; dimensions that are not known are Shape::kDynamic. Errors: kNotSupported for
// element types and ranks that our tensors cannot have.
Result<TensorType> ReadType(const OrtApi& ort, const OrtTensorTypeAndShapeInfo& info,
                            const std::string& name);
Result<TensorType> TypeOf(const OrtApi& ort, const OrtValue* value, const std::string& name);

}  // namespace mmdeploy::onnxruntime
