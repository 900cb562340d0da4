#pragma once

#include <functional>

#include "mmdeploy/base/json.h"
#include "mmdeploy/module/value.h"

// Results of every task as JSON, by their descriptions: an object with a member per field. A box is
// [left, top, right, bottom], a rotated box [cx, cy, w, h, angle], a point [x, y], a quad 8
// numbers, floats and points are arrays. Tensors and images are arrays of their own:
// {"dtype": "uint8", "shape": [h, w], "base64": "..."}, C order, little-endian; null when empty.

namespace mmdeploy {

// A value, lists inside included; nothing (a Cond that did not take its branch) is null, what is no
// result is described in words.
Json ToJson(const Value& value);

// Gives the array that stands for a tensor or an image ([H,W,C]) in JSON.
using ArrayReader = std::function<Result<Tensor>(const Json& json, const JsonPath& path)>;

// Reads what ToJson writes, but for arrays, which `read_array` knows. Errors (kFail): a missing
// field, a wrong type, with the JSON path.
Result<Record> ReadRecord(const ResultType& type, const Json& json, const JsonPath& path,
                          const ArrayReader& read_array);

}  // namespace mmdeploy
