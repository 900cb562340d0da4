#include <algorithm>

#include "mmdeploy/backend/openvino/repair/build.h"
#include "mmdeploy/backend/openvino/repair/repair.h"

// OpenVINO 2026.4 puts copies along several axes in the wrong places where a size is open, and
// writes nothing at all where the counts are computed. Copies are joined instead, axis by axis;
// chains of Tile it would merge again, but not where the counts are computed.

namespace mmdeploy::openvino {

using graph::Node;
using graph::Value;

namespace {

// More copies of an axis would make a node of very many inputs.
constexpr int64_t kMostCopies = 1024;

// The axes whose computed counts are not surely 1. Exporters join counts of one element each.
std::vector<size_t> RepeatedAxes(const Value* repeats, size_t rank) {
  const Node* joined = repeats->producer();
  const bool known = joined && joined->Is("Concat") && joined->num_inputs() == rank;
  std::vector<size_t> axes;
  for (size_t axis = 0; axis < rank; ++axis) {
    if (!known || !graph::IsFilledWith(joined->input(axis), 1)) axes.push_back(axis);
  }
  return axes;
}

// One Tile per axis.
Result<bool> TileAxisByAxis(Node* node) {
  Value *y = node->input(0), *repeats = node->input(1);
  auto rank = graph::Rank(y);
  if (const auto count = graph::KnownDim(repeats, 0)) rank = static_cast<size_t>(*count);
  MMDEPLOY_ENSURE(rank, Code::kNotSupported,
                  "counts that are computed (input 1) need a known rank; fix the shapes");
  const std::vector<size_t> axes = RepeatedAxes(repeats, *rank);
  if (axes.size() < 2) return false;
  Value* one = AddInts({1}, node);
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    std::vector<Value*> counts(*rank, one);
    counts[*axis] = Add("Gather", {repeats, AddInts({static_cast<int64_t>(*axis)}, node)}, node);
    Value* count = Add("Concat", counts, node);
    count->producer()->Set("axis", int64_t{0});
    y = Add("Tile", {y, count}, node);
  }
  ReplaceNode(node, y);
  return true;
}

}  // namespace

Result<bool> RepairTile(Node* node) {
  const auto repeats = graph::ConstantInts(node->input(1));
  if (!repeats) return TileAxisByAxis(node);
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
