#include "mmdeploy/graph/infer/inference.h"

#include <algorithm>

#include "mmdeploy/base/log.h"
#include "mmdeploy/graph/fold/evaluate.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/infer/context.h"
#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

template <class F>
void ForEachValue(Graph* graph, F&& f) {
  for (size_t i = 0; i < graph->num_inputs(); ++i) f(graph->input(i));
  ForEachNode(graph, [&](Node* node) {
    for (size_t i = 0; i < node->num_outputs(); ++i) f(node->output(i));
    for (Graph* inner : node->Subgraphs()) {
      for (size_t i = 0; i < inner->num_inputs(); ++i) f(inner->input(i));
    }
  });
}

Result<void> CheckInputs(const InferContext& c, const InferRule& rule) {
  for (size_t i = 0; i < rule.min_inputs; ++i) {
    if (!c.Has(i)) {
      return c.Fail("input {} is missing, the operator needs {}", i, rule.min_inputs);
    }
  }
  if (c.num_inputs() > rule.max_inputs) {
    return c.Fail("found {} inputs, allowed at most {}", c.num_inputs(), rule.max_inputs);
  }
  const auto element = static_cast<uint32_t>(c.element(0));
  // Types of newer files than ours are not judged.
  if (element == 0 || element > static_cast<uint32_t>(ElementType::kBfloat16)) return {};
  if (!(rule.elements & (1u << element))) {
    return c.Fail("{} has an element type that the operator does not take", c.DescribeInput(0));
  }
  return {};
}

// Sets everything that can be computed outright. Answers whether it could.
bool Compute(InferContext* c, Inference* inference) {
  const Node& node = c->node();
  std::vector<TensorPtr> inputs;
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (!node.input(i)) {
      inputs.push_back(nullptr);
      continue;
    }
    const Content* content = inference->content(node.input(i));
    if (!content || !content->tensor) return false;
    inputs.push_back(content->tensor);
  }
  if (inputs.empty()) return false;
  auto outputs = EvaluateNode(node, c->opset(), inputs, Content::kMaxElements * 8);
  if (!outputs) return false;
  for (size_t i = 0; i < outputs->size(); ++i) {
    if ((*outputs)[i]) c->SetContent(i, Content::Of((*outputs)[i]));
  }
  return !outputs->empty();
}

// Whether sizes that are declared could be those that are found.
bool CanBeSame(const Dims& declared, const Dims& found) {
  if (declared.size() != found.size()) return false;
  for (size_t i = 0; i < found.size(); ++i) {
    if (found[i].is_known() && declared[i].is_known() && found[i] != declared[i]) return false;
  }
  return true;
}

}  // namespace

Inference::Inference(Model* model) : model_(model) {
  ForEachValue(model->graph(), [&](const Value* value) {
    if (!value->type.dims) return;
    for (const Dim& dim : *value->type.dims) {
      if (dim.is_symbol()) symbols_.insert(dim.symbol());
    }
  });
}

const Content* Inference::content(const Value* value) {
  auto found = contents_.find(value);
  if (found != contents_.end()) return &found->second;
  const TensorPtr& constant = value->constant();
  if (!constant || constant->num_elements() > Content::kMaxElements) return nullptr;
  return &contents_.emplace(value, Content::Of(constant)).first->second;
}

Dim Inference::NewSymbol(std::string_view op) {
  std::string symbol;
  do {
    symbol = fmt::format("{}_{}", op, next_symbol_[std::string(op)]++);
  } while (!symbols_.insert(symbol).second);
  return Dim(std::move(symbol));
}

Result<void> Inference::Refine(Value* value, ValueType found, std::string_view op) {
  const ValueType declared = value->type;
  const auto contradiction = [&] {
    return fmt::format("{} '{}' is declared as {}, but the operator gives {}",
                       value->producer() ? "output" : "input", value->name(), Name(declared),
                       Name(found));
  };
  if (found.other || declared.other) {
    if (found.other) value->type = std::move(found);
    return {};
  }
  if (found.element == ElementType::kUndefined) {
    found.element = declared.element;
  } else if (declared.element != ElementType::kUndefined && declared.element != found.element) {
    return MakeError(Code::kInvalidArgument, "{}", contradiction());
  }
  if (!found.dims) {
    found.dims = declared.dims;
    value->type = std::move(found);
    return {};
  }
  const bool fits = !declared.dims || CanBeSame(*declared.dims, *found.dims);
  if (!fits) {
    const std::string where =
        value->producer() ? Describe(*value->producer()) : fmt::format("a graph inside {}", op);
    contradictions_.emplace_back(value, fmt::format("{}: {}", where, contradiction()));
  }
  for (size_t i = 0; i < found.dims->size(); ++i) {
    Dim& dim = (*found.dims)[i];
    const Dim other = fits && declared.dims ? (*declared.dims)[i] : Dim();
    if (dim.is_unknown() || other.is_known()) dim = other;
    if (dim.is_unknown()) dim = NewSymbol(op);
  }
  value->type = std::move(found);
  return {};
}

Result<void> Inference::RunNode(Node* node) {
  for (size_t i = 0; i < node->num_outputs(); ++i) contents_.erase(node->output(i));
  const InferRule* rule = FindInferRule(node->domain(), node->op());
  if (!rule) return {};
  InferContext c(this, node);
  MMDEPLOY_TRYV(CheckInputs(c, *rule));
  MMDEPLOY_TRYV(rule->infer(c));
  if (c.attribute_error_) return MakeError(*c.attribute_error_);
  if (!Compute(&c, this)) InferContent(c);
  for (size_t i = 0; i < node->num_outputs(); ++i) {
    Value* output = node->output(i);
    std::optional<Content>& content = c.contents_[i];
    if (content && !c.outputs_[i].dims) {
      c.outputs_[i].dims.emplace(content->dims.begin(), content->dims.end());
    }
    MMDEPLOY_TRYV(Refine(output, std::move(c.outputs_[i]), node->op()));
    if (content) contents_[output] = std::move(*content);
  }
  return {};
}

Result<void> Inference::RunGraph(Graph* graph) {
  ++nesting_;
  for (Node* node : graph->Nodes()) {
    if (Result<void> result = RunNode(node); !result) {
      --nesting_;
      return MakeError(result.error().In(Describe(*node)));
    }
  }
  --nesting_;
  return {};
}

void Inference::LogContradictions() const {
  std::unordered_set<const Value*> told;
  for (const auto& [value, text] : contradictions_) {
    if (!told.insert(value).second) continue;
    Log(LogLevel::kWarning, "{}; the declaration is ignored, as engines do", text);
  }
}

Result<void> InferTypes(Model* model) {
  Inference inference(model);
  Result<void> done = inference.RunGraph(model->graph());
  inference.LogContradictions();
  return done;
}

}  // namespace mmdeploy::graph
