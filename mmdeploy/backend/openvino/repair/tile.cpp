#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO 2026.4 puts copies along several axes in the wrong places where a size is open. Copies
// are joined instead, axis by axis; chains of Tile it would merge again.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// More copies of an axis would make a node of very many inputs.
constexpr int64_t kMostCopies = 1024;

}  // namespace

Result<bool> RepairTile(Node* node) {
  const auto repeats = graph::ConstantInts(node->input(1));
  if (!repeats) return false;
  const auto several =
      std::count_if(repeats->begin(), repeats->end(), [](int64_t count) { return count > 1; });
  const bool empty =
      std::any_of(repeats->begin(), repeats->end(), [](int64_t count) { return count < 1; });
  if (several < 2 || empty) return false;
  Value* y = node->input(0);
  for (size_t axis = repeats->size(); axis-- > 0;) {
    const int64_t count = (*repeats)[axis];
    if (count == 1) continue;
    MMDEPLOY_ENSURE(
        count <= kMostCopies, Code::kNotSupported,
        "openvino repeats along several axes wrongly; allowed: up to {} times, found {}",
        kMostCopies, count);
    y = Add("Concat", std::vector<Value*>(static_cast<size_t>(count), y), node);
    y->producer()->Set("axis", static_cast<int64_t>(axis));
  }
  ReplaceNode(node, y);
  return true;
}

}  // namespace mmdeploy::openvino
