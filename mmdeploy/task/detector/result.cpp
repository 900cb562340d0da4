// Generated from mmdeploy/task/detector/task.yaml by api/gen.py.
#include "mmdeploy/task/detector/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const Detection*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "Detection";
    made->fields = {
        MakeField<&Detection::label_id>("label_id", Equality::kExact, 0, false),
        MakeField<&Detection::score>("score", Equality::kTolerance, 0, false),
        MakeField<&Detection::bbox>("bbox", Equality::kTolerance, 0, false),
        MakeField<&Detection::mask>("mask", Equality::kShare, 0.99, true),
    };
    made->match = Match::kIou;
    made->match_field = "bbox";
    made->match_limit = 0.9;
    made->ordered_by = "score";
    made->is_list = true;
    made->create = CreateRecord<Detection>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& detector_result_type() { return TypeOf(static_cast<const Detection*>(nullptr)); }

}  // namespace mmdeploy
