// Generated from mmdeploy/task/text_recognizer/task.yaml by api/gen.py. Reading of text in given
// quads in Python.
#include "mmdeploy/text_recognizer.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct TextRecognizerTraits {
  using Task = TextRecognizer;
  static constexpr const char* kName = "text recognizer";

  static nb::object Convert(const Task::Result& result) {
    return List(result, [](const auto& item) {
      return nb::make_tuple(item.text, NumberList(item.score, item.length));
    });
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result)[0]; }
};

void BindTextRecognizer(nb::module_& module) {
  BindTaskWithQuads<TextRecognizerTraits>(
      module, "TextRecognizer",
      "Reading of text in given quads. Gives tuple[text, scores]: scores a list of a number per "
      "symbol; with quads a list of such tuples.");
}

}  // namespace mmdeploy::python
