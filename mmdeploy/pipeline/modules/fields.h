#pragma once

#include <string_view>

#include "mmdeploy/task/results.h"

// What modules read of the results of tasks, whichever task they are of.
namespace mmdeploy {

// The field of this name and type of a result, or nullptr.
template <class T>
const T* FieldOf(const Record& record, std::string_view name) {
  const Field* field = record.type->Find(name);
  const FieldPointer pointer = field ? record.Get(*field) : FieldPointer();
  T* const* value = std::get_if<T*>(&pointer);
  return field && value ? *value : nullptr;
}

// The results of all tasks that have such a field.
template <class T>
KindSet KindsWith(std::string_view name) {
  KindSet kinds;
  for (const ResultType* type : ResultTypes()) {
    if (FieldOf<T>({type, type->create()}, name)) kinds = kinds | Kind(*type);
  }
  return kinds;
}

}  // namespace mmdeploy
