#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

namespace mmdeploy::openvino {

using graph::Node;

namespace {

// Of one operand, whose axes stay what they are: "ij->ij", "->".
bool KeepsAxes(const Node& einsum) {
  std::string equation = einsum.String("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const size_t arrow = equation.find("->");
  return arrow != equation.npos && equation.substr(0, arrow) == equation.substr(arrow + 2);
}

}  // namespace

// Operators that pass their only input on. OpenVINO's reader drops them; an input of the model that
// is an output as well then comes out empty where its size is open. It keeps Identity.
Result<bool> RepairPassOn(Node* node) {
  const bool is_sum = !node->Is("Dropout");
  if (is_sum && node->num_inputs() != 1) return false;
  if (!is_sum && node->num_outputs() > 1 && node->output(1)->has_uses()) return false;
  if (node->Is("Einsum") && !KeepsAxes(*node)) return false;
  const graph::Value* training = is_sum ? nullptr : node->input(2);
  if (training && !graph::IsFilledWith(training, 0)) return false;
  ReplaceNode(node, Add("Identity", {node->input(0)}, node));
  return true;
}

}  // namespace mmdeploy::openvino
