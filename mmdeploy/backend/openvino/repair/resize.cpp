#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::Node;

// OpenVINO filters with other weights where an image is made smaller with antialias, and where
// weights outside of it are left out.
Result<bool> RepairResize(Node* node) {
  const std::string mode = node->String("mode", "nearest");
  const std::string policy = node->String("keep_aspect_ratio_policy", "stretch");
  MMDEPLOY_ENSURE(policy == "stretch" || !node->input(3), Code::kNotSupported,
                  "keep_aspect_ratio_policy '{}' is not read, allowed: 'stretch'", policy);
  MMDEPLOY_ENSURE(mode != "cubic" || node->Int("exclude_outside", 0) == 0, Code::kNotSupported,
                  "exclude_outside is calculated in another way; export without it");
  if (node->Int("antialias", 0) == 0 || mode == "nearest") return false;
  const graph::Value *x = node->input(0), *y = node->output();
  for (size_t i = 0; i < graph::Rank(x).value_or(0); ++i) {
    const auto from = graph::KnownDim(x, i), to = graph::KnownDim(y, i);
    const bool same = graph::Rank(y) > i && (*x->type.dims)[i] == (*y->type.dims)[i];
    MMDEPLOY_ENSURE(same || (from && to && *to >= *from), Code::kNotSupported,
                    "antialias is calculated in another way where the image becomes smaller (axis "
                    "{}); export without it",
                    i);
  }
  MMDEPLOY_ENSURE(graph::Rank(x), Code::kNotSupported, "antialias needs a known rank");
  node->Unset("antialias");  // without effect on what becomes larger
  return true;
}

}  // namespace mmdeploy::openvino
