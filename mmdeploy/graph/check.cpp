#include "mmdeploy/graph/check.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/graph/schema.h"

namespace mmdeploy::graph {

namespace {

std::string CountText(size_t min, size_t max) {
  if (min == max) return std::to_string(min);
  if (max >= kManyValues) return fmt::format("at least {}", min);
  return fmt::format("{} to {}", min, max);
}

// Trailing inputs that are left out do not count.
size_t CountInputs(const Node& node) {
  size_t count = node.num_inputs();
  while (count > 0 && !node.input(count - 1)) --count;
  return count;
}

const char* KindName(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::kFloat:
      return "a float";
    case AttributeKind::kInt:
      return "an int";
    case AttributeKind::kString:
      return "a string";
    case AttributeKind::kTensor:
      return "a tensor";
    case AttributeKind::kGraph:
      return "a graph";
    case AttributeKind::kFloats:
      return "floats";
    case AttributeKind::kInts:
      return "ints";
    case AttributeKind::kStrings:
      return "strings";
    case AttributeKind::kTensors:
      return "tensors";
    case AttributeKind::kGraphs:
      return "graphs";
    default:
      return "of a rare kind";
  }
}

struct KindOf {
  AttributeKind operator()(int64_t) const { return AttributeKind::kInt; }
  AttributeKind operator()(float) const { return AttributeKind::kFloat; }
  AttributeKind operator()(const std::string&) const { return AttributeKind::kString; }
  AttributeKind operator()(const TensorPtr&) const { return AttributeKind::kTensor; }
  AttributeKind operator()(const std::unique_ptr<Graph>&) const { return AttributeKind::kGraph; }
  AttributeKind operator()(const std::vector<int64_t>&) const { return AttributeKind::kInts; }
  AttributeKind operator()(const std::vector<float>&) const { return AttributeKind::kFloats; }
  AttributeKind operator()(const std::vector<std::string>&) const {
    return AttributeKind::kStrings;
  }
  AttributeKind operator()(const std::vector<TensorPtr>&) const { return AttributeKind::kTensors; }
  AttributeKind operator()(const std::vector<std::unique_ptr<Graph>>&) const {
    return AttributeKind::kGraphs;
  }
  AttributeKind operator()(const OpaqueAttribute&) const { return AttributeKind::kOther; }
};

class Checker {
 public:
  explicit Checker(const Model& model) : model_(model) {}

  std::vector<std::string> Check() {
    ForEachNode(model_.graph(), [this](Node* node) { CheckNode(*node); });
    return std::move(problems_);
  }

 private:
  void Add(const Node& node, const std::string& problem) {
    problems_.push_back(fmt::format("{}: {}", Describe(node), problem));
  }

  void CheckNode(const Node& node);
  void CheckUnknownOperator(const Node& node);
  void CheckCounts(const Node& node, const Schema& schema);
  void CheckAttributes(const Node& node, const Schema& schema);

  const Model& model_;
  std::vector<std::string> problems_;
};

void Checker::CheckNode(const Node& node) {
  if (model_.opset(node.domain()) == 0) {
    Add(node,
        fmt::format("the model does not import an operator set of domain '{}'", node.domain()));
  }
  if (!node.domain().empty()) return;
  const Schema* schema = FindSchema(node.op(), model_.opset());
  if (!schema) return CheckUnknownOperator(node);
  if (schema->deprecated) {
    Add(node, fmt::format("the operator is deprecated since opset {}, the model imports {}",
                          schema->since_version, model_.opset()));
  }
  CheckCounts(node, *schema);
  CheckAttributes(node, *schema);
}

void Checker::CheckUnknownOperator(const Node& node) {
  if (const int64_t first = FirstOpset(node.op())) {
    return Add(node, fmt::format("the operator exists since opset {}, the model imports {}", first,
                                 model_.opset()));
  }
  const auto near = NearestMatch(node.op(), OperatorNames());
  Add(node, fmt::format("ONNX has no such operator{}; custom operators need a domain",
                        near ? fmt::format(" (did you mean '{}'?)", *near) : ""));
}

void Checker::CheckCounts(const Node& node, const Schema& schema) {
  const size_t inputs = CountInputs(node);
  if (inputs < schema.min_inputs || inputs > schema.max_inputs) {
    Add(node, fmt::format("it has {} inputs, expected {} in opset {}", inputs,
                          CountText(schema.min_inputs, schema.max_inputs), model_.opset()));
  }
  if (node.num_outputs() < schema.min_outputs || node.num_outputs() > schema.max_outputs) {
    Add(node, fmt::format("it has {} outputs, expected {} in opset {}", node.num_outputs(),
                          CountText(schema.min_outputs, schema.max_outputs), model_.opset()));
  }
}

void Checker::CheckAttributes(const Node& node, const Schema& schema) {
  std::vector<std::string> allowed;
  for (const AttributeSchema& attribute : schema.attributes) {
    allowed.push_back(attribute.name);
    if (attribute.required && !node.Find(attribute.name)) {
      Add(node, fmt::format("attribute '{}' is missing", attribute.name));
    }
  }
  for (const Attribute& attribute : node.attributes()) {
    const auto found =
        std::find_if(schema.attributes.begin(), schema.attributes.end(),
                     [&](const AttributeSchema& known) { return known.name == attribute.name; });
    if (found == schema.attributes.end()) {
      Add(node, fmt::format("attribute '{}' is unknown in opset {}, allowed: {}", attribute.name,
                            model_.opset(), ListAllowed(attribute.name, allowed)));
      continue;
    }
    const AttributeKind kind = std::visit(KindOf(), attribute.value);
    if (kind != AttributeKind::kOther && kind != found->kind) {
      Add(node, fmt::format("attribute '{}' is {}, expected {}", attribute.name, KindName(kind),
                            KindName(found->kind)));
    }
  }
}

}  // namespace

std::vector<std::string> FindProblems(const Model& model) { return Checker(model).Check(); }

Result<void> CheckModel(const Model& model, size_t max_lines) {
  std::vector<std::string> problems = FindProblems(model);
  if (problems.empty()) return {};
  const size_t total = problems.size();
  if (total > max_lines) {
    problems.resize(max_lines);
    problems.push_back(fmt::format("... and {} more", total - max_lines));
  }
  return MakeError(Code::kInvalidArgument, "the model has {} problem{}:\n  {}", total,
                   total == 1 ? "" : "s", fmt::join(problems, "\n  "));
}

}  // namespace mmdeploy::graph
