// Generated from api/sdk.yaml by api/gen.py. The task classes of the Python module.
#pragma once

#include <nanobind/nanobind.h>

namespace mmdeploy::python {

void BindClassifier(nanobind::module_& module);

inline void BindTasks(nanobind::module_& module) { BindClassifier(module); }

}  // namespace mmdeploy::python
