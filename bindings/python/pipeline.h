#pragma once

#include <nanobind/nanobind.h>

namespace mmdeploy::python {

// Any SDK model, or a description of several, as a pipeline of Python's values.
void BindPipeline(nanobind::module_& module);

}  // namespace mmdeploy::python
