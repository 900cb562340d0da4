// Generated from mmdeploy/task/rotated_detector/task.yaml by api/gen.py. Detection of rotated
// objects in Python.
#include "mmdeploy/rotated_detector.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct RotatedDetectorTraits {
  using Task = RotatedDetector;
  static constexpr const char* kName = "rotated detector";

  static nb::object Convert(const Task::Result& result) {
    return nb::make_tuple(
        Table<float>(result, [](const auto& item) { return std::tie(item.rbbox, item.score); }),
        Table<int32_t>(result, [](const auto& item) { return std::tie(item.label_id); }));
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindRotatedDetector(nb::module_& module) {
  BindTask<RotatedDetectorTraits>(
      module, "RotatedDetector",
      "Detection of rotated objects. Gives tuple[bboxes, labels]: bboxes float32 [n,6]: cx, cy, w, "
      "h, angle, score; labels int32 [n].");
}

}  // namespace mmdeploy::python
