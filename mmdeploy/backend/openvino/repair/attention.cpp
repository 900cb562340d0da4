#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

// The first query sees all that is past and itself; OpenVINO lets it see the first key alone.
Result<bool> RepairAttention(graph::Node* node) {
  MMDEPLOY_ENSURE(node->Int("is_causal", 0) == 0 || !node->input(4), Code::kNotSupported,
                  "is_causal with input 4 (past_key) is calculated in another way; give a mask "
                  "(attn_mask) instead");
  return false;
}

}  // namespace mmdeploy::openvino
