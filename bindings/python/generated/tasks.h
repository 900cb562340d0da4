// Generated from api/sdk.yaml by api/gen.py. The task classes of the Python module.
#pragma once

#include <nanobind/nanobind.h>

namespace mmdeploy::python {

void BindClassifier(nanobind::module_& module);
void BindDetector(nanobind::module_& module);
void BindPoseDetector(nanobind::module_& module);
void BindRestorer(nanobind::module_& module);
void BindRotatedDetector(nanobind::module_& module);
void BindSegmentor(nanobind::module_& module);
void BindTextDetector(nanobind::module_& module);
void BindTextRecognizer(nanobind::module_& module);

inline void BindTasks(nanobind::module_& module) {
  BindClassifier(module);
  BindDetector(module);
  BindPoseDetector(module);
  BindRestorer(module);
  BindRotatedDetector(module);
  BindSegmentor(module);
  BindTextDetector(module);
  BindTextRecognizer(module);
}

}  // namespace mmdeploy::python
