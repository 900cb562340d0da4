#include <optional>

#include "mmdeploy/graph/passes/clone.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/inline.h"
#include "mmdeploy/graph/passes/pass.h"

// Runs a Loop in place whose number of steps is known and small:
//
//   y = Loop({2}, , x) <                 a = Exp(x)
//     body = g (i, c, v) => (c, w) {     y = Exp(a)
//       w = Exp(v) }>
//
// Outputs that collect one slice per step get it by Unsqueeze and Concat. A Loop that never runs
// and collects stays: the collected tensor is empty, but of dimensions that only the steps could
// tell. Stays as well: more than one step that together have many nodes, or inner graphs, or that
// may break off.

namespace mmdeploy::graph {

namespace {

// A Loop of few nodes runs faster unrolled; of many it is only larger.
constexpr int64_t kMaxUnrolledNodes = 64;

struct Loop {
  Node* node = nullptr;
  Graph* body = nullptr;
  size_t carried = 0;  // values that go from step to step
};

std::optional<Loop> ReadLoop(Node* node) {
  if (!node->Is("Loop") || node->num_inputs() < 2) return std::nullopt;
  auto* body = node->Get<std::unique_ptr<Graph>>("body");
  if (!body) return std::nullopt;
  const Loop loop{node, body->get(), node->num_inputs() - 2};
  const bool is_valid = loop.body->num_inputs() == loop.carried + 2 &&
                        loop.body->num_outputs() == node->num_outputs() + 1 &&
                        node->num_outputs() >= loop.carried;
  return is_valid ? std::optional(loop) : std::nullopt;
}

// Whether a step surely is followed by the next: the condition is true, or what it was.
bool NeverBreaks(const Loop& loop) {
  const Value* condition = loop.body->output(0);
  while (condition->producer() && condition->producer()->Is("Identity")) {
    condition = condition->producer()->input(0);
  }
  return condition == loop.body->input(1) || IsFilledWith(condition, 1);
}

bool HasInnerGraphs(const Graph& graph) {
  for (const Node* node : graph.Nodes()) {
    if (!node->Subgraphs().empty()) return true;
  }
  return false;
}

// How often it runs, if that is known and it is to run in place.
std::optional<int64_t> Steps(const Loop& loop) {
  const std::optional<double> count = ConstantNumber(loop.node->input(0));
  const Value* condition = loop.node->input(1);
  const std::optional<double> starts = ConstantNumber(condition);
  if ((count && *count <= 0) || (starts && *starts == 0)) {
    return loop.node->num_outputs() == loop.carried ? std::optional(0) : std::nullopt;
  }
  if (!count || (condition && !starts)) return std::nullopt;
  if (*count == 1) return 1;
  if (*count > kMaxUnrolledNodes || !NeverBreaks(loop) || HasInnerGraphs(*loop.body)) {
    return std::nullopt;
  }
  const auto steps = static_cast<int64_t>(*count);
  const auto nodes = static_cast<int64_t>(loop.body->num_nodes());
  return steps * nodes <= kMaxUnrolledNodes ? std::optional(steps) : std::nullopt;
}

Value* Unsqueeze(Node* before, Value* slice, std::string_view like) {
  Graph* graph = before->graph();
  if (graph->model()->opset() < 13) {
    Value* value = graph->AddOp("Unsqueeze", {slice}, before, like);
    value->producer()->Set("axes", std::vector<int64_t>{0});
    return value;
  }
  Value* axes = graph->AddConstant(TensorData::Vector<int64_t>({0}), "axes");
  return graph->AddOp("Unsqueeze", {slice, axes}, before, like);
}

// The collected output from the value of each step.
Value* Collect(Node* before, const std::vector<Value*>& slices, const Value& output) {
  std::vector<Value*> rows;
  for (Value* slice : slices) rows.push_back(Unsqueeze(before, slice, output.name()));
  Value* collected = rows[0];
  if (rows.size() > 1) {
    collected = before->graph()->AddOp("Concat", rows, before, output.name());
    collected->producer()->Set("axis", int64_t{0});
  }
  collected->type = output.type;
  return collected;
}

Value* StepNumber(Graph* graph, int64_t step) {
  return graph->AddConstant(TensorData::Scalar<int64_t>(step), "step");
}

Value* True(Graph* graph) {
  return graph->AddConstant(TensorData::Own(ElementType::kBool, {}, "\1"), "condition");
}

// Moves the body before the node: cheaper than a copy, and inner graphs may come along.
std::vector<std::vector<Value*>> RunOnce(const Loop& loop, Inliner* inliner) {
  Graph* outer = loop.node->graph();
  Graph* body = loop.body;
  if (body->input(0)->has_uses()) body->input(0)->ReplaceUses(StepNumber(outer, 0));
  if (body->input(1)->has_uses()) body->input(1)->ReplaceUses(True(outer));
  for (size_t i = 0; i < loop.carried; ++i) {
    body->input(i + 2)->ReplaceUses(loop.node->input(i + 2));
  }
  inliner->MoveContents(body, loop.node);
  std::vector<std::vector<Value*>> outputs;
  for (size_t i = 1; i < body->num_outputs(); ++i) outputs.push_back({body->output(i)});
  return outputs;
}

// The values of each output of the body but the condition, by step.
std::vector<std::vector<Value*>> Unroll(const Loop& loop, int64_t steps, Inliner* inliner) {
  Graph* outer = loop.node->graph();
  std::vector<Value*> carried;
  for (size_t i = 0; i < loop.carried; ++i) carried.push_back(loop.node->input(i + 2));
  std::vector<std::vector<Value*>> outputs(loop.node->num_outputs());
  ValueMap constants;
  for (const auto& constant : loop.body->constants()) {
    constants[constant.get()] = outer->AddConstant(constant->constant(), constant->name());
  }
  constants[loop.body->input(1)] = True(outer);
  for (int64_t step = 0; step < steps; ++step) {
    ValueMap values = constants;
    values[loop.body->input(0)] = StepNumber(outer, step);
    for (size_t i = 0; i < carried.size(); ++i) values[loop.body->input(i + 2)] = carried[i];
    for (const Node* node : loop.body->Nodes()) {
      Node* copy = CloneNode(*node, loop.node, &values);
      copy->set_name(inliner->UniqueNodeName(*outer, node->name()));
    }
    for (size_t i = 0; i < outputs.size(); ++i) {
      Value* made = loop.body->output(i + 1);
      const auto found = values.find(made);
      outputs[i].push_back(found == values.end() ? made : found->second);
    }
    for (size_t i = 0; i < carried.size(); ++i) carried[i] = outputs[i].back();
  }
  return outputs;
}

void RunInPlace(const Loop& loop, int64_t steps, Inliner* inliner) {
  Node* node = loop.node;
  std::vector<std::vector<Value*>> outputs(node->num_outputs());
  if (steps == 0) {
    for (size_t i = 0; i < outputs.size(); ++i) outputs[i] = {node->input(i + 2)};
  } else {
    outputs = steps == 1 ? RunOnce(loop, inliner) : Unroll(loop, steps, inliner);
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    Value* output = node->output(i);
    if (!output->has_uses()) continue;
    output->ReplaceUses(i < loop.carried ? outputs[i].back() : Collect(node, outputs[i], *output));
  }
  node->graph()->Erase(node);
}

Result<int64_t> Run(Model* model) {
  int64_t changes = 0;
  Inliner inliner;
  SweepNodes(model->graph(), [&](Node* node) {
    const std::optional<Loop> loop = ReadLoop(node);
    if (!loop) return;
    const std::optional<int64_t> steps = Steps(*loop);
    if (!steps) return;
    RunInPlace(*loop, *steps, &inliner);
    ++changes;
  });
  return changes;
}

}  // namespace

Pass inline_loop_pass() {
  return {"inline_loop", "run a Loop of few steps, whose number is known, in place", Run};
}

}  // namespace mmdeploy::graph
