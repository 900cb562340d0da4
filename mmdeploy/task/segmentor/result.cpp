// Generated from mmdeploy/task/segmentor/task.yaml by api/gen.py.
#include "mmdeploy/task/segmentor/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const Segmentation*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "Segmentation";
    made->fields = {
        MakeField<&Segmentation::height>("height", Equality::kExact, 0, false),
        MakeField<&Segmentation::width>("width", Equality::kExact, 0, false),
        MakeField<&Segmentation::classes>("classes", Equality::kExact, 0, false),
        MakeField<&Segmentation::mask>("mask", Equality::kShare, 0.999, true),
        MakeField<&Segmentation::score>("score", Equality::kTolerance, 0, true),
    };
    made->is_list = false;
    made->create = CreateRecord<Segmentation>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& segmentor_result_type() {
  return TypeOf(static_cast<const Segmentation*>(nullptr));
}

}  // namespace mmdeploy
