#pragma once

#include <c10/core/ScalarType.h>

#include <string_view>
#include <vector>

#include "mmdeploy/backend/engine.h"

// LibTorch's types and ours.
namespace mmdeploy::torchscript {

// Errors: kNotSupported for uint16, uint32 and uint64, which this LibTorch does not have.
Result<c10::ScalarType> ToTorch(DataType dtype, std::string_view name);

// Errors: kNotSupported for what we have no element type for; `name` is the tensor's.
Result<DataType> FromTorch(c10::ScalarType type, std::string_view name);

}  // namespace mmdeploy::torchscript
