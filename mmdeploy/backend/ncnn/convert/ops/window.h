#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// What convolutions and poolings share: a window that moves over one to three spatial dimensions.

namespace mmdeploy::ncnn_convert {

// All lists have one entry per spatial dimension, outermost first.
struct Window {
  std::vector<int64_t> kernel, strides, dilations, begins, ends;
  std::string auto_pad;  // "NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"

  size_t num_dims() const { return kernel.size(); }
};

// Reads the attributes of a node over `x`, [1,C,spatial...]. Errors: kNotSupported for a batch
// other than 1 and for 0 or more than 3 spatial dimensions; kOutOfRange for lists of a wrong
// length and sizes below 1.
Result<Window> ReadWindow(const graph::Node& node, const graph::Value& x,
                          std::vector<int64_t> kernel);

}  // namespace mmdeploy::ncnn_convert
