// Generated from mmdeploy/task/detector/task.yaml by api/gen.py. Object detection and instance
// segmentation in Python.
#include "mmdeploy/detector.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct DetectorTraits {
  using Task = Detector;
  static constexpr const char* kName = "detector";

  static nb::object Convert(const Task::Result& result) {
    return nb::make_tuple(
        Table<float>(result, [](const auto& item) { return std::tie(item.bbox, item.score); }),
        Table<int32_t>(result, [](const auto& item) { return std::tie(item.label_id); }),
        List(result, [](const auto& item) { return ToPython(item.mask); }));
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindDetector(nb::module_& module) {
  BindTask<DetectorTraits>(
      module, "Detector",
      "Object detection and instance segmentation. Gives tuple[bboxes, labels, masks]: bboxes "
      "float32 [n,5]: left, top, right, bottom, score; labels int32 [n]; masks a list of n uint8 "
      "arrays [h,w] of 0 and 255, of size 0 where there is none.");
}

}  // namespace mmdeploy::python
