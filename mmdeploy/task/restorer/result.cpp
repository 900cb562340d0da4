// Generated from mmdeploy/task/restorer/task.yaml by api/gen.py.
#include "mmdeploy/task/restorer/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const Restoration*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "Restoration";
    made->fields = {
        MakeField<&Restoration::image>("image", Equality::kTolerance, 0, false),
    };
    made->is_list = false;
    made->create = CreateRecord<Restoration>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& restorer_result_type() {
  return TypeOf(static_cast<const Restoration*>(nullptr));
}

}  // namespace mmdeploy
