#pragma once

#include "mmdeploy/graph/graph.h"

// What is surely known of the sign of all elements of a value. ncnn computes powers by logarithms,
// which are wrong for 0 and below.

namespace mmdeploy::ncnn_convert {

// At least 0.
bool IsNonNegative(const graph::Value& value);

// At least the smallest normal number.
bool IsPositive(const graph::Value& value);

}  // namespace mmdeploy::ncnn_convert
