// Generated from mmdeploy/task/restorer/task.yaml by api/gen.py. Image restoration, for example
// super resolution in Python.
#include "mmdeploy/restorer.hpp"

#include "bindings/python/convert.h"
#include "bindings/python/generated/tasks.h"
#include "bindings/python/task.h"

namespace mmdeploy::python {

namespace nb = nanobind;

struct RestorerTraits {
  using Task = Restorer;
  static constexpr const char* kName = "restorer";

  static nb::object Convert(const Task::Result& result) { return ToPython(*result); }

  static nb::object ConvertWhole(const Task::Result& result) { return Convert(result); }
};

void BindRestorer(nb::module_& module) {
  BindTask<RestorerTraits>(module, "Restorer",
                           "Image restoration, for example super resolution. Gives numpy.ndarray: "
                           "uint8 [height,width,channels], RGB or gray.");
}

}  // namespace mmdeploy::python
