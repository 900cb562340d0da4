// Generated from mmdeploy/task/pose_detector/task.yaml by api/gen.py.
#include "mmdeploy/task/pose_detector/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const PoseDetection*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "PoseDetection";
    made->fields = {
        MakeField<&PoseDetection::points>("points", Equality::kTolerance, 0, false),
        MakeField<&PoseDetection::scores>("scores", Equality::kTolerance, 0, false),
    };
    made->match = Match::kDistance;
    made->match_field = "points";
    made->match_limit = 4;
    made->is_list = false;
    made->create = CreateRecord<PoseDetection>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& pose_detector_result_type() {
  return TypeOf(static_cast<const PoseDetection*>(nullptr));
}

}  // namespace mmdeploy
