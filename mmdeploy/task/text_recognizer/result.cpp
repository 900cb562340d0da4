// Generated from mmdeploy/task/text_recognizer/task.yaml by api/gen.py.
#include "mmdeploy/task/text_recognizer/result.h"

namespace mmdeploy {

const ResultType& TypeOf(const TextRecognition*) {
  static const auto* type = [] {
    auto* made = new ResultType;
    made->name = "TextRecognition";
    made->fields = {
        MakeField<&TextRecognition::text>("text", Equality::kExact, 0, false),
        MakeField<&TextRecognition::scores>("scores", Equality::kTolerance, 0, false),
    };
    made->is_list = false;
    made->create = CreateRecord<TextRecognition>;
    return made;
  }();
  return *type;
}

// For the list of all tasks.
const ResultType& text_recognizer_result_type() {
  return TypeOf(static_cast<const TextRecognition*>(nullptr));
}

}  // namespace mmdeploy
