// Generated from mmdeploy/task/classifier/task.yaml by api/gen.py. Image classification in Python.
#include "mmdeploy/classifier.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct ClassifierTraits {
  using Task = Classifier;
  static constexpr const char* kName = "classifier";

  static nb::object Convert(const Task::Result& result) {
    return List(result, [](const auto& item) { return nb::make_tuple(item.label_id, item.score); });
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindClassifier(nb::module_& module) {
  BindTask<ClassifierTraits>(
      module, "Classifier",
      "Image classification. Gives list[tuple[int, float]]: (label_id, score) per class.");
}

}  // namespace mmdeploy::python
