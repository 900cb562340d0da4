#pragma once

#include <nanobind/nanobind.h>

#include "mmdeploy/base/tensor.h"

// numpy arrays and our tensors. Include no public C++ header beside this one: names are the same.
namespace mmdeploy::python {

// A view of an array that lives as long as the tensor; anything that is not a C-contiguous array in
// host memory is converted first. Errors name the element types that are allowed.
Result<Tensor> ToTensor(nanobind::handle array);

// An array that shares the tensor's memory if the tensor owns it, else a copy.
nanobind::object ToNumpy(const Tensor& tensor);

}  // namespace mmdeploy::python
