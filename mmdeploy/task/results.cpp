#include "mmdeploy/task/results.h"

#include <algorithm>
#include <memory>

#include "mmdeploy/base/suggest.h"

namespace mmdeploy {

#define MMDEPLOY_TASK(folder) const ResultType& folder##_result_type();
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK

const std::vector<const ResultType*>& ResultTypes() {
  static const auto* types = new std::vector<const ResultType*>{
#define MMDEPLOY_TASK(folder) &folder##_result_type(),
#include "mmdeploy/task/task_list.inc"
#undef MMDEPLOY_TASK
  };
  return *types;
}

bool HasBox(const ResultType& type) {
  const std::shared_ptr<void> record = type.create();
  return std::any_of(type.fields.begin(), type.fields.end(), [&](const Field& field) {
    const FieldPointer value = field.get(record.get());
    return std::holds_alternative<Rect*>(value) || std::holds_alternative<RotatedBox*>(value) ||
           std::holds_alternative<Quad*>(value);
  });
}

Result<const ResultType*> FindResultType(std::string_view name) {
  std::vector<std::string> known;
  for (const ResultType* type : ResultTypes()) {
    if (type->name == name) return type;
    known.emplace_back(type->name);
  }
  return MakeError(Code::kNotSupported, "unknown result type '{}', known: {}", name,
                   ListAllowed(std::string(name), known));
}

}  // namespace mmdeploy
