// Generated from mmdeploy/task/rotated_detector/task.yaml by api/gen.py.
#include "mmdeploy/task/rotated_detector/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const RotatedDetection*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "RotatedDetection";
    made->fields = {
        MakeField<&RotatedDetection::label_id>("label_id", Equality::kExact, 0, false),
        MakeField<&RotatedDetection::score>("score", Equality::kTolerance, 0, false),
        MakeField<&RotatedDetection::rbbox>("rbbox", Equality::kTolerance, 0, false),
    };
    made->match = Match::kDistance;
    made->match_field = "rbbox";
    made->match_limit = 4;
    made->ordered_by = "score";
    made->is_list = true;
    made->create = CreateRecord<RotatedDetection>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& rotated_detector_result_type() {
  return TypeOf(static_cast<const RotatedDetection*>(nullptr));
}

}  // namespace mmdeploy
