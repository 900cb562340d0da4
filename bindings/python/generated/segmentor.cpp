// Generated from mmdeploy/task/segmentor/task.yaml by api/gen.py. Semantic segmentation in Python.
#include "mmdeploy/segmentor.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct SegmentorTraits {
  using Task = Segmentor;
  static constexpr const char* kName = "segmentor";

  static nb::object Convert(const Task::Result& result) {
    const auto& item = *result;
    if (item.mask != nullptr)
      return SharedArray(
          item.mask, {static_cast<size_t>(item.height), static_cast<size_t>(item.width)}, result);
    if (item.score != nullptr)
      return SharedArray(item.score,
                         {static_cast<size_t>(item.classes), static_cast<size_t>(item.height),
                          static_cast<size_t>(item.width)},
                         result);
    throw std::runtime_error("the result holds no array");
  }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindSegmentor(nb::module_& module) {
  BindTask<SegmentorTraits>(
      module, "Segmentor",
      "Semantic segmentation. Gives numpy.ndarray: int32 [height,width], indices of classes; with "
      "a model that gives scores float32 [classes,height,width].");
}

}  // namespace mmdeploy::python
