#include "mmdeploy/task/results.h"

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
