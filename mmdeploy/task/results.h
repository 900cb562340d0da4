#pragma once

#include <vector>

#include "mmdeploy/module/result_type.h"

namespace mmdeploy {

// The result types of all tasks, by the names of their folders.
const std::vector<const ResultType*>& ResultTypes();

// Whether a result says where in an image it is: a box, a turned one or a quad; points alone do not
// count.
bool HasBox(const ResultType& type);

// The result type called `name` ("Classification"). Errors: kNotSupported with the known ones.
Result<const ResultType*> FindResultType(std::string_view name);

}  // namespace mmdeploy
