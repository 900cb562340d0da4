#include "mmdeploy/backend/ncnn/convert/ops/window.h"

#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/layout.h"

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

Result<std::vector<int64_t>> Sizes(const Node& node, std::string_view attribute, size_t count,
                                   int64_t least) {
  constexpr int64_t kMost = 1 << 20;
  std::vector<int64_t> sizes = node.Ints(attribute, std::vector<int64_t>(count, least));
  MMDEPLOY_ENSURE(sizes.size() == count, Code::kOutOfRange, "{} has {} entries, expected {}",
                  attribute, sizes.size(), count);
  for (int64_t size : sizes) {
    MMDEPLOY_ENSURE(size >= least && size <= kMost, Code::kOutOfRange, "{} is {}, allowed {} to {}",
                    attribute, size, least, kMost);
  }
  return sizes;
}

}  // namespace

Result<Window> ReadWindow(const Node& node, const Value& x, std::vector<int64_t> kernel) {
  MMDEPLOY_ENSURE(DropsBatch(x), Code::kNotSupported, "'{}' is {}, ncnn needs a batch of 1",
                  x.name(), Name(x.type));
  const size_t count = x.type.dims->size() - 2;
  MMDEPLOY_ENSURE(count >= 1 && count <= 3, Code::kNotSupported,
                  "'{}' has {} spatial dimensions, ncnn 1 to 3", x.name(), count);
  MMDEPLOY_ENSURE(kernel.size() == count, Code::kOutOfRange,
                  "the kernel has {} dimensions, expected {}", kernel.size(), count);
  MMDEPLOY_ENSURE(std::all_of(kernel.begin(), kernel.end(), [](int64_t k) { return k >= 1; }),
                  Code::kOutOfRange, "the kernel has a size below 1");
  Window window;
  window.kernel = std::move(kernel);
  MMDEPLOY_TRY(window.strides, Sizes(node, "strides", count, 1));
  MMDEPLOY_TRY(window.dilations, Sizes(node, "dilations", count, 1));
  MMDEPLOY_TRY(const std::vector<int64_t> pads, Sizes(node, "pads", 2 * count, 0));
  window.begins.assign(pads.begin(), pads.begin() + count);
  window.ends.assign(pads.begin() + count, pads.end());
  window.auto_pad = node.String("auto_pad", "NOTSET");
  const bool known = window.auto_pad == "NOTSET" || window.auto_pad == "VALID" ||
                     window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER";
  MMDEPLOY_ENSURE(known, Code::kNotSupported,
                  "auto_pad is '{}', allowed NOTSET, VALID, SAME_UPPER, SAME_LOWER",
                  window.auto_pad);
  return window;
}

int64_t Extent(const Window& window, size_t axis) {
  return (window.kernel[axis] - 1) * window.dilations[axis] + 1;
}

void DividePads(int64_t total, size_t axis, Window* window) {
  const int64_t less = total / 2;
  const bool upper = window->auto_pad == "SAME_UPPER";
  window->begins[axis] = upper ? less : total - less;
  window->ends[axis] = upper ? total - less : less;
}

Result<void> ResolvePads(const Value& x, Window* window) {
  if (window->auto_pad == "NOTSET") return {};
  window->begins.assign(window->num_dims(), 0);
  window->ends = window->begins;
  if (window->auto_pad == "VALID") return {};
  for (size_t i = 0; i < window->num_dims(); ++i) {
    const graph::Dim& dim = (*x.type.dims)[i + 2];
    const int64_t stride = window->strides[i];
    // In steps of 1 every size takes the same.
    MMDEPLOY_ENSURE(dim.is_known() || stride == 1, Code::kNotSupported,
                    "auto_pad {} of '{}', {}; give the shapes of the inputs", window->auto_pad,
                    x.name(), Name(x.type));
    const int64_t size = dim.is_known() ? dim.value() : 1;
    const int64_t count = (size + stride - 1) / stride;
    DividePads(std::max<int64_t>(0, (count - 1) * stride + Extent(*window, i) - size), i, window);
  }
  return {};
}

void SetSpatial(const std::vector<int64_t>& values, const int (&ids)[3], Layer* layer) {
  for (size_t i = 0; i < values.size(); ++i) layer->Set(ids[i], values[values.size() - 1 - i]);
}

}  // namespace mmdeploy::ncnn_convert
