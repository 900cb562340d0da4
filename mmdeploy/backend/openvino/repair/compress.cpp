#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO divides by zero, and ends the process, where constants choose nothing: what it
// calculates when it reads a model is not what it calculates when it runs.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

Result<bool> RefuseEmpty(bool is_empty, std::string_view what) {
  MMDEPLOY_ENSURE(!is_empty, Code::kNotSupported,
                  "{} is a constant that chooses nothing; fold the constants of the model first "
                  "(mmdeploy graph optimize)",
                  what);
  return false;
}

bool IsConstant(const Value* value) { return value && value->constant(); }

}  // namespace

Result<bool> RepairCompress(Node* node) {
  return RefuseEmpty(IsConstant(node->input(1)) && graph::IsFilledWith(node->input(1), 0),
                     "the condition");
}

Result<bool> RepairNonZero(Node* node) {
  return RefuseEmpty(IsConstant(node->input(0)) && graph::IsFilledWith(node->input(0), 0),
                     "the input");
}

Result<bool> RepairGather(Node* node) {
  return RefuseEmpty(IsConstant(node->input(1)) && node->input(1)->constant()->num_elements() == 0,
                     "the list of indices");
}

}  // namespace mmdeploy::openvino
