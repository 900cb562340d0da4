#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::Node;

// OpenVINO knows the axis as an attribute alone, as before operator set 20, counts it from the end
// in another way, and gives one half of a spectrum another shape.
Result<bool> RepairDft(Node* node) {
  MMDEPLOY_ENSURE(node->Int("onesided", 0) == 0, Code::kNotSupported,
                  "onesided is calculated in another way; export without it");
  const bool by_input = OpsetOf(*node) >= 20;
  if (by_input && node->Find("axis")) return false;  // was here before
  int64_t axis = by_input ? -2 : node->Int("axis", 1);
  if (by_input && node->input(2)) {
    const auto given = graph::ConstantInts(node->input(2));
    MMDEPLOY_ENSURE(given && given->size() == 1, Code::kNotSupported,
                    "input 2 (axis) is computed, allowed: a constant");
    axis = (*given)[0];
  }
  if (axis < 0) {
    const auto rank = graph::Rank(node->input(0));
    MMDEPLOY_ENSURE(rank, Code::kNotSupported, "axis {} needs a known rank; count from the front",
                    axis);
    axis += static_cast<int64_t>(*rank);
  }
  if (!by_input && axis == node->Int("axis", 1)) return false;
  node->TruncateInputs(2);
  node->Set("axis", axis);
  return true;
}

}  // namespace mmdeploy::openvino
