#pragma once

#include <optional>
#include <vector>

#include "mmdeploy/backend/ncnn/layers/dense.h"

namespace mmdeploy::ncnn {

// For each index, in order, the element of the data that it names: the place of the index with the
// index itself along the axis. Negative indices count from the end. Nothing if one names no
// element, or the ranks differ.
std::optional<std::vector<size_t>> NamedElements(const Dense& data, const Dense& indices, int axis);

}  // namespace mmdeploy::ncnn
