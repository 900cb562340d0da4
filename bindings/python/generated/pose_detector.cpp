// Generated from mmdeploy/task/pose_detector/task.yaml by api/gen.py. Key points of objects in
// given boxes in Python.
#include "mmdeploy/pose_detector.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct PoseDetectorTraits {
  using Task = PoseDetector;
  static constexpr const char* kName = "pose detector";

  static nb::object Convert(const Task::Result& result) {
    return PointTable(
        result, [](const auto& item) { return std::tie(item.point, item.score, item.length); });
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindPoseDetector(nb::module_& module) {
  BindTaskWithBoxes<PoseDetectorTraits>(
      module, "PoseDetector",
      "Key points of objects in given boxes. Gives numpy.ndarray: float32 [boxes,points,3]: x, y, "
      "score; without boxes the whole image is one.");
}

}  // namespace mmdeploy::python
