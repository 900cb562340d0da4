#include <algorithm>
#include <map>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// Slices that divide a value among them are one Split:
//
//   a = Slice(x, {0}, {2}, {1})          a, b = Split<axis=1>(x, {2,2})
//   b = Slice(x, {2}, {4}, {1})

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

struct Part {
  Node* node = nullptr;
  int64_t axis = 0, begin = 0, end = 0;
};

// A range along one axis of known size that is not the batch.
std::optional<Part> PartOf(Node* node) {
  const Value* x = node->input(0);
  if (!node->Is("Slice") || !x || x->constant() || !x->type.dims || !DropsBatch(*x)) return {};
  const auto starts = graph::IntsOf(*node, "starts", 1);
  const auto ends = graph::IntsOf(*node, "ends", 2);
  const auto axes = graph::IntsOf(*node, "axes", 3);
  const auto is_one = [](const auto& ints) { return ints && ints->size() == 1; };
  if (!is_one(starts) || !is_one(ends) || !is_one(axes)) return {};
  if (node->input(4) && !graph::IsFilledWith(node->input(4), 1)) return {};
  const auto axis = PositiveAxis(*x, axes->front());
  if (!axis || *axis == 0) return {};
  const auto size = graph::KnownDim(x, static_cast<size_t>(*axis));
  if (!size) return {};
  const auto position = [&](int64_t p) {
    return std::clamp<int64_t>(p < 0 ? p + *size : p, 0, *size);
  };
  const Part part = {node, *axis, position(starts->front()), position(ends->front())};
  return part.begin < part.end ? std::optional(part) : std::nullopt;
}

bool Divides(const std::vector<Part>& parts, int64_t size) {
  int64_t end = 0;
  for (const Part& part : parts) {
    if (part.begin != end) return false;
    end = part.end;
  }
  return end == size && parts.size() >= 2;
}

// `parts` by their begin. The first Slice in the order of the graph gives the place.
void Replace(const std::vector<Part>& parts, Value* x, Node* before) {
  std::vector<int64_t> sizes;
  for (const Part& part : parts) sizes.push_back(part.end - part.begin);
  Node* split = x->graph()->AddNode("Split", {x}, before);
  split->Set("axis", parts[0].axis);
  if (x->graph()->model()->opset() < 13) {
    split->Set("split", sizes);
  } else {
    split->AddInput(AddInts(x->graph(), sizes));
  }
  for (const Part& part : parts) {
    Value* old = part.node->output();
    Value* made = split->AddOutput(old->name());
    made->type = old->type;
    graph::ReplaceNode(part.node, made);
  }
}

bool Fuse(Value* x) {
  std::map<int64_t, std::vector<Part>> by_axis;
  for (const graph::Use& use : x->uses()) {
    if (use.index != 0 || use.node->graph() != x->graph()) continue;
    if (const auto part = PartOf(use.node)) by_axis[part->axis].push_back(*part);
  }
  for (auto& [axis, parts] : by_axis) {
    std::sort(parts.begin(), parts.end(),
              [](const Part& a, const Part& b) { return a.begin < b.begin; });
    const auto size = graph::KnownDim(x, static_cast<size_t>(axis));
    if (!size || !Divides(parts, *size)) continue;
    Node* producer = x->producer();
    Node* before = producer ? producer->next() : x->graph()->first();
    Replace(parts, x, before);
    return true;
  }
  return false;
}

}  // namespace

Result<int64_t> fuse_split(graph::Model* model) {
  int64_t count = 0;
  graph::Graph* graph = model->graph();
  std::vector<Value*> values;
  for (size_t i = 0; i < graph->num_inputs(); ++i) values.push_back(graph->input(i));
  for (Node* node : graph->Nodes()) {
    for (size_t i = 0; i < node->num_outputs(); ++i) values.push_back(node->output(i));
  }
  // Values that go while this runs are outputs of Slices, behind what they are parts of.
  for (size_t i = values.size(); i-- > 0;) count += Fuse(values[i]);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
