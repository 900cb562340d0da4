#pragma once

#include <cstdint>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/infer/context.h"

namespace mmdeploy::graph {

// The sliding window of convolutions and pools, per spatial axis.
struct Window {
  std::vector<SymInt> kernel;
  std::vector<int64_t> strides, dilations;
  std::vector<int64_t> pads;  // begins, then ends
  std::string auto_pad;
  bool ceil_mode = false;
};

// Reads strides, dilations, pads, auto_pad and ceil_mode for so many spatial axes, and checks them.
Result<Window> ReadWindow(InferContext& c, std::vector<SymInt> kernel);
// The attribute kernel_shape for so many axes; nullopt if absent.
Result<std::optional<std::vector<SymInt>>> ReadKernelShape(InferContext& c, size_t spatial);
// Sizes after the window has slid over the spatial axes of `input` (its dimensions from 2 on).
Result<void> Slide(const InferContext& c, const Window& window, const Dims& input, Dims* output);

}  // namespace mmdeploy::graph
