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
  return window;
}

}  // namespace mmdeploy::ncnn_convert
