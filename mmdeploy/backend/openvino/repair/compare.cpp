#include "mmdeploy/backend/openvino/repair/bounds.h"
#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO says that what is not a number is greater than everything, and compares integers as
// float32, of which neighbours are equal from 2^24 on.

namespace mmdeploy::openvino {

using graph::ElementType;
using graph::Node;
using graph::Value;

namespace {

// Less(b, a) of Greater(a, b), which is right where one is not a number.
Result<bool> TurnAround(Node* node) {
  if (!node->Is("Greater") && !node->Is("GreaterOrEqual")) return false;
  const bool strict = node->Is("Greater");
  ReplaceNode(node, Add(strict ? "Less" : "LessOrEqual", {node->input(1), node->input(0)}, node));
  return true;
}

// Differences and the larger of two are exact, and so is what is zero.
Value* AddDiffers(Value* a, Value* b, Node* node) {
  return AddCast(Add("Sub", {a, b}, node), ElementType::kBool, node);
}

}  // namespace

Result<bool> RepairCompare(Node* node) {
  Value *a = node->input(0), *b = node->input(1);
  const ElementType type = a->type.element;
  if (OpsetOf(*node) < 7) return false;  // operands are not alike there
  if (type != ElementType::kInt32 && type != ElementType::kInt64) return TurnAround(node);
  // Rounding keeps an order, and lets nothing become equal to what is below 2^24.
  if (BoundOf(a) < kExactBelow || BoundOf(b) < kExactBelow) return false;
  const bool reversed = node->Is("Greater") || node->Is("GreaterOrEqual");
  if (reversed) std::swap(a, b);
  Value* y = nullptr;
  if (node->Is("Equal")) {
    y = Add("Not", {AddDiffers(a, b, node)}, node);
  } else if (node->Is("Less") || node->Is("Greater")) {
    y = AddDiffers(Add("Max", {a, b}, node), a, node);
  } else {
    y = Add("Not", {AddDiffers(Add("Max", {a, b}, node), b, node)}, node);
  }
  ReplaceNode(node, y);
  return true;
}

}  // namespace mmdeploy::openvino
