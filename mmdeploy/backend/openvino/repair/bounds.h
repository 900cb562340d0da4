#pragma once

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::openvino {

// Integers below are exact in float32, which OpenVINO calculates much of their arithmetic in.
constexpr double kExactBelow = 1 << 24;

// No element of an integer value is larger than this, with its sign left out; infinite where that
// is not known. A size that is open is taken for less than 2^22, a product of sizes for the number
// of elements of a tensor, less than 2^31.
double BoundOf(const graph::Value* value);

// The same of the elements of a value that a reduction joins, added or multiplied.
double BoundOfSum(const graph::Value* value);
double BoundOfProduct(const graph::Value* value);

}  // namespace mmdeploy::openvino
