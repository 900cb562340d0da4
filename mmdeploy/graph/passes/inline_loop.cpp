#include <optional>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/inline.h"
#include "mmdeploy/graph/passes/pass.h"

// Runs a Loop that runs never or once in place:
//
//   y = Loop({1}, , x) <                 y = Relu(x)
//     body = g (i, c, v) => (c, w) { w = Relu(v) }>
//
// Outputs that collect one slice per step get it by Unsqueeze. A Loop that never runs and collects
// stays: the collected tensor is empty, but of dimensions that only the steps could tell.

namespace mmdeploy::graph {

namespace {

// How often it runs, if that is surely 0 or 1.
std::optional<int64_t> Steps(const Node& loop) {
  const Value* limit = loop.input(0);
  const Value* condition = loop.input(1);
  const std::optional<double> count = ConstantNumber(limit);
  const std::optional<double> starts = ConstantNumber(condition);
  if ((count && *count <= 0) || (starts && *starts == 0)) return 0;
  if (count && *count == 1 && (!condition || starts)) return 1;
  return std::nullopt;
}

void KeepInitial(Node* loop) {
  for (size_t i = 0; i < loop->num_outputs(); ++i) {
    loop->output(i)->ReplaceUses(loop->input(i + 2));
  }
  loop->graph()->Erase(loop);
}

Value* Collect(Node* loop, Value* slice, std::string_view like) {
  Graph* graph = loop->graph();
  if (graph->model()->opset() < 13) {
    Value* value = graph->AddOp("Unsqueeze", {slice}, loop, like);
    value->producer()->Set("axes", std::vector<int64_t>{0});
    return value;
  }
  Value* axes = graph->AddConstant(TensorData::Vector<int64_t>({0}), "axes");
  return graph->AddOp("Unsqueeze", {slice, axes}, loop, like);
}

void RunOnce(Node* loop, Graph* body) {
  Graph* outer = loop->graph();
  const size_t carried = loop->num_inputs() - 2;
  if (body->input(0)->has_uses()) {
    body->input(0)->ReplaceUses(outer->AddConstant(TensorData::Scalar<int64_t>(0), "step"));
  }
  if (body->input(1)->has_uses()) {
    body->input(1)->ReplaceUses(
        outer->AddConstant(TensorData::Own(ElementType::kBool, {}, "\1"), "condition"));
  }
  for (size_t i = 0; i < carried; ++i) body->input(i + 2)->ReplaceUses(loop->input(i + 2));
  MoveContents(body, loop);
  for (size_t i = 0; i < loop->num_outputs(); ++i) {
    Value* output = loop->output(i);
    if (!output->has_uses()) continue;
    Value* value = body->output(i + 1);
    if (i >= carried) {
      value = Collect(loop, value, output->name());
      value->type = output->type;
    }
    output->ReplaceUses(value);
  }
  outer->Erase(loop);
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  SweepNodes(model->graph(), [&](Node* node) {
    if (!node->Is("Loop") || node->num_inputs() < 2) return;
    auto* body = node->Get<std::unique_ptr<Graph>>("body");
    const std::optional<int64_t> steps = Steps(*node);
    const size_t carried = node->num_inputs() - 2;
    if (!steps || !body || (*body)->num_inputs() != carried + 2) return;
    if ((*body)->num_outputs() != node->num_outputs() + 1) return;
    if (*steps == 0 && node->num_outputs() > carried) return;
    *steps == 0 ? KeepInitial(node) : RunOnce(node, body->get());
    ++changes;
  });
  return changes;
}

}  // namespace

Pass inline_loop_pass() {
  return {"inline_loop", "run a Loop of constant trip count 0 or 1 in place", Run};
}

}  // namespace mmdeploy::graph
