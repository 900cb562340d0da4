// Generated from mmdeploy/task/classifier/task.yaml by api/gen.py.
#include "mmdeploy/task/classifier/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const Classification*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "Classification";
    made->fields = {
        MakeField<&Classification::label_id>("label_id", Equality::kExact, 0, false),
        MakeField<&Classification::score>("score", Equality::kTolerance, 0, false),
    };
    made->match = Match::kKey;
    made->match_field = "label_id";
    made->match_limit = 0;
    made->ordered_by = "score";
    made->is_list = true;
    made->create = CreateRecord<Classification>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& classifier_result_type() {
  return TypeOf(static_cast<const Classification*>(nullptr));
}

}  // namespace mmdeploy
