#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/layer.h"
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

// Turns automatic pads into numbers, for what slides over `x`: those that ncnn calculates itself
// are others (it counts them in averages, and divides them otherwise in some layers). Errors:
// kNotSupported where they depend on an open size.
Result<void> ResolvePads(const graph::Value& x, Window* window);

// From where to where the window reaches: the kernel with its gaps.
int64_t Extent(const Window& window, size_t axis);

// `total` pads in front and behind, the odd one behind for SAME_UPPER.
void DividePads(int64_t total, size_t axis, Window* window);

// Sets values of the spatial dimensions, outermost first, as those of width, height and depth;
// `ids` in this order.
void SetSpatial(const std::vector<int64_t>& values, const int (&ids)[3], Layer* layer);

}  // namespace mmdeploy::ncnn_convert
