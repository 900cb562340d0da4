#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::KnownDim;
using graph::Node;

// OpenVINO 2026.4 calculates a convolution of one input channel wrongly where its result has one
// column, and steps along columns but not along rows. With a second channel, of zeros, it takes
// another way, which is right.
Result<bool> RepairConv(Node* node) {
  const std::vector<int64_t> strides = node->Ints("strides");
  const size_t n = strides.size();
  if (n < 2 || strides[n - 1] == 1 || strides[n - 2] != 1) return false;
  const auto columns = KnownDim(node->output(), n + 1);
  const auto channels = KnownDim(node->input(1), 1);
  if (node->Int("group", 1) != 1 || columns.value_or(1) != 1 || channels.value_or(1) != 1) {
    return false;
  }
  std::vector<int64_t> pads(2 * (n + 2), 0);
  pads[n + 3] = 1;  // behind the channels
  for (const size_t i : {0, 1}) node->SetInput(i, AddPad(node->input(i), pads, node));
  return true;
}

}  // namespace mmdeploy::openvino
