// Generated from mmdeploy/task/text_detector/task.yaml by api/gen.py.
#include "mmdeploy/task/text_detector/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const TextDetection*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "TextDetection";
    made->fields = {
        MakeField<&TextDetection::bbox>("bbox", Equality::kTolerance, 0, false),
        MakeField<&TextDetection::score>("score", Equality::kTolerance, 0, false),
    };
    made->match = Match::kDistance;
    made->match_field = "bbox";
    made->match_limit = 4;
    made->is_list = true;
    made->create = CreateRecord<TextDetection>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& text_detector_result_type() {
  return TypeOf(static_cast<const TextDetection*>(nullptr));
}

}  // namespace mmdeploy
