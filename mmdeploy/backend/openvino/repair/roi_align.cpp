#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

// OpenVINO takes the largest interpolated value, ONNX Runtime the largest of what is interpolated
// between; and its sampling ratio, where none is given, is not that of ONNX.
Result<bool> RepairRoiAlign(graph::Node* node) {
  MMDEPLOY_ENSURE(node->String("mode", "avg") == "avg", Code::kNotSupported,
                  "mode '{}' is calculated in another way, allowed: 'avg'",
                  node->String("mode", "avg"));
  if (node->Find("sampling_ratio")) return false;
  node->Set("sampling_ratio", int64_t{0});
  return true;
}

}  // namespace mmdeploy::openvino
