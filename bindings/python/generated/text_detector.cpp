// Generated from mmdeploy/task/text_detector/task.yaml by api/gen.py. Detection of text in Python.
#include "mmdeploy/text_detector.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct TextDetectorTraits {
  using Task = TextDetector;
  static constexpr const char* kName = "text detector";

  static nb::object Convert(const Task::Result& result) {
    return Table<float>(result, [](const auto& item) { return std::tie(item.bbox, item.score); });
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindTextDetector(nb::module_& module) {
  BindTask<TextDetectorTraits>(
      module, "TextDetector",
      "Detection of text. Gives numpy.ndarray: float32 [n,9]: x0, y0, ..., x3, y3, score.");
}

}  // namespace mmdeploy::python
