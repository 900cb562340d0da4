#pragma once

#include <nanobind/nanobind.h>

namespace mmdeploy::python {

// The class PoseTracker, and that of its states.
void BindPoseTracker(nanobind::module_& module);

}  // namespace mmdeploy::python
