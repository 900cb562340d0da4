#pragma once

#include <nanobind/nanobind.h>

namespace mmdeploy::python {

// The class Net: one network in an engine, without pre- and post-processing; and what there is to
// know about engines.
void BindNet(nanobind::module_& module);

}  // namespace mmdeploy::python
