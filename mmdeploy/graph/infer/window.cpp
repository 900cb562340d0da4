#include "mmdeploy/graph/infer/window.h"

#include <algorithm>

namespace mmdeploy::graph {

namespace {

// No image, kernel or padding is larger; keeps sums far from overflow.
constexpr int64_t kMaxExtent = int64_t{1} << 40;

Result<std::vector<int64_t>> ReadPerAxis(InferContext& c, std::string_view name, size_t count,
                                         int64_t otherwise, int64_t min) {
  std::vector<int64_t> values = c.Ints(name).value_or(std::vector<int64_t>(count, otherwise));
  if (values.size() != count) {
    return c.Fail("attribute '{}' has {} numbers, needed {}", name, values.size(), count);
  }
  for (int64_t value : values) {
    if (value < min || value > kMaxExtent) {
      return c.Fail("attribute '{}' has {}, allowed {}..2^40", name, value, min);
    }
  }
  return values;
}

}  // namespace

Result<std::optional<std::vector<SymInt>>> ReadKernelShape(InferContext& c, size_t spatial) {
  using Kernel = std::optional<std::vector<SymInt>>;
  if (!c.node().Find("kernel_shape")) return Kernel();
  MMDEPLOY_TRY(std::vector<int64_t> kernel, ReadPerAxis(c, "kernel_shape", spatial, 1, 1));
  return Kernel(std::in_place, kernel.begin(), kernel.end());
}

Result<Window> ReadWindow(InferContext& c, std::vector<SymInt> kernel) {
  const size_t count = kernel.size();
  Window window;
  MMDEPLOY_TRY(window.strides, ReadPerAxis(c, "strides", count, 1, 1));
  MMDEPLOY_TRY(window.dilations, ReadPerAxis(c, "dilations", count, 1, 1));
  // Some exporters write negative padding for cropping, and engines take it.
  MMDEPLOY_TRY(window.pads, ReadPerAxis(c, "pads", 2 * count, 0, -kMaxExtent));
  window.auto_pad = c.String("auto_pad", "NOTSET");
  const std::string& pad = window.auto_pad;
  if (pad != "NOTSET" && pad != "SAME_UPPER" && pad != "SAME_LOWER" && pad != "VALID" &&
      !pad.empty()) {
    return c.Fail("attribute 'auto_pad' is '{}', allowed NOTSET, SAME_UPPER, SAME_LOWER, VALID",
                  pad);
  }
  if (pad == "VALID") std::fill(window.pads.begin(), window.pads.end(), 0);
  window.ceil_mode = c.Int("ceil_mode", 0) != 0;
  window.kernel = std::move(kernel);
  return window;
}

Result<void> Slide(const InferContext& c, const Window& window, const Dims& input, Dims* output) {
  const size_t count = window.kernel.size();
  for (size_t i = 0; i < count; ++i) {
    const SymInt size = input[2 + i];
    const int64_t stride = window.strides[i];
    if (window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER") {
      output->push_back(CeilDiv(size, stride).ToDim());
      continue;
    }
    const SymInt extent = (window.kernel[i] - 1) * SymInt(window.dilations[i]) + 1;
    const int64_t begin = window.pads[i];
    const SymInt padded = size + SymInt(begin + window.pads[count + i]);
    const SymInt room = padded - extent;
    if (room.is_known() && room.value() < 0) {
      return c.Fail("the window of {} on spatial axis {} is larger than the padded input of {}",
                    Name(extent), i, Name(padded));
    }
    SymInt steps = room;
    if (window.ceil_mode) {
      // The last window must begin inside the input or the padding before it.
      steps = Min(room + SymInt(stride - 1), size + SymInt(begin) - 1);
    }
    output->push_back((FloorDiv(steps, stride) + 1).ToDim());
  }
  return {};
}

}  // namespace mmdeploy::graph
