#pragma once

#include <openvino/core/partial_shape.hpp>
#include <openvino/core/shape.hpp>
#include <openvino/core/type/element_type.hpp>
#include <string_view>

#include "mmdeploy/backend/engine.h"

// OpenVINO's types and ours.
namespace mmdeploy::openvino {

ov::element::Type ToOv(DataType dtype);

// Errors: kNotSupported for what we have no element type for; `name` is the tensor's.
Result<DataType> FromOv(const ov::element::Type& type, std::string_view name);

ov::Shape ToOv(const Shape& shape);

// Errors: kNotSupported for too many dimensions.
Result<Shape> FromOv(const ov::Shape& shape, std::string_view name);

// Sets shape, and the allowed range where the model limits it. Errors: as above, and a shape of
// unknown rank.
Result<void> SetShape(const ov::PartialShape& shape, TensorInfo* info);

}  // namespace mmdeploy::openvino
