#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO has another idea of the pads of ConvTranspose with `output_shape`, and with automatic
// pads where the kernel is dilated. Both are numbers that we can calculate.

namespace mmdeploy::openvino {

using graph::Node;

namespace {

// The last `n` of a list that may have more in front (batch and channels), or nothing.
std::vector<int64_t> Last(const std::vector<int64_t>& values, size_t n, int64_t otherwise) {
  if (values.size() < n) return std::vector<int64_t>(n, otherwise);
  return {values.end() - static_cast<int64_t>(n), values.end()};
}

}  // namespace

Result<bool> RepairConvTranspose(Node* node) {
  const std::vector<int64_t> wanted = node->Ints("output_shape");
  const std::string mode = node->String("auto_pad", "NOTSET");
  const bool same = mode == "SAME_UPPER" || mode == "SAME_LOWER";
  const auto rank = graph::Rank(node->input(1));
  if ((wanted.empty() && !same) || !rank || *rank < 3) return false;
  const size_t n = *rank - 2;
  const std::vector<int64_t> strides = Last(node->Ints("strides"), n, 1);
  const std::vector<int64_t> dilations = Last(node->Ints("dilations"), n, 1);
  const std::vector<int64_t> sizes = Last(wanted, n, 0);
  std::vector<int64_t> extra = Last(node->Ints("output_padding"), n, 0);
  std::vector<int64_t> pads(2 * n);
  for (size_t i = 0; i < n; ++i) {
    const auto kernel = graph::KnownDim(node->input(1), i + 2);
    const auto size = graph::KnownDim(node->input(0), i + 2);
    MMDEPLOY_ENSURE(kernel && (size || wanted.empty()), Code::kNotSupported,
                    "output_shape needs fixed sizes; fix them, or give pads");
    const int64_t full = (*kernel - 1) * dilations[i] + 1 + extra[i];
    int64_t total = full - strides[i];  // what makes `stride` times the input
    if (!wanted.empty()) total = strides[i] * (*size - 1) + full - sizes[i];
    if (total < 0 && !wanted.empty()) extra[i] -= total;
    total = std::max<int64_t>(total, 0);
    pads[i] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    pads[n + i] = total - pads[i];
  }
  node->Unset("auto_pad");
  node->Unset("output_shape");
  node->Set("pads", pads);
  node->Set("output_padding", extra);
  return true;
}

}  // namespace mmdeploy::openvino
