// Operators that hold graphs.

#include <memory>

#include "mmdeploy/graph/infer/inference.h"
#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

Result<Graph*> ReadGraph(const InferContext& c, std::string_view name) {
  const auto* graph = c.node().Get<std::unique_ptr<Graph>>(name);
  if (!graph || !*graph) return c.Fail("attribute '{}' must be a graph", name);
  return graph->get();
}

bool IsTooDeep(const InferContext& c) { return c.inference()->nesting() > Inference::kMaxNesting; }

Result<void> If(InferContext& c) {
  MMDEPLOY_TRY(Graph * then_graph, ReadGraph(c, "then_branch"));
  MMDEPLOY_TRY(Graph * else_graph, ReadGraph(c, "else_branch"));
  const size_t count = c.node().num_outputs();
  for (const Graph* graph : {then_graph, else_graph}) {
    if (graph->num_outputs() != count) {
      return c.Fail("a branch has {} outputs, the node has {}", graph->num_outputs(), count);
    }
  }
  if (IsTooDeep(c)) return {};
  // A branch that is never taken may well not fit.
  const Content* content = c.content(0);
  if (content && content->elements.size() == 1 && content->elements[0].is_known()) {
    Graph* taken = content->elements[0].value() ? then_graph : else_graph;
    MMDEPLOY_TRYV(c.inference()->RunGraph(taken));
    for (size_t i = 0; i < count; ++i) c.SetType(i, taken->output(i)->type);
    return {};
  }
  MMDEPLOY_TRYV(c.inference()->RunGraph(then_graph));
  MMDEPLOY_TRYV(c.inference()->RunGraph(else_graph));
  for (size_t i = 0; i < count; ++i) {
    const ValueType &a = then_graph->output(i)->type, &b = else_graph->output(i)->type;
    if (a.element != b.element && a.element != ElementType::kUndefined &&
        b.element != ElementType::kUndefined) {
      return c.Fail("output {} is {} of one branch and {} of the other", i, Name(a), Name(b));
    }
    c.SetType(i, Join(a, b));
  }
  return {};
}

// The types in a graph, to be put back before it is looked at again with other inputs.
class SavedTypes {
 public:
  explicit SavedTypes(Graph* graph) { Add(graph); }

  void Restore() {
    for (auto& [value, type] : types_) value->type = type;
  }

 private:
  void Add(Graph* graph) {
    for (size_t i = 0; i < graph->num_inputs(); ++i) Add(graph->input(i));
    for (Node* node : graph->Nodes()) {
      for (size_t i = 0; i < node->num_outputs(); ++i) Add(node->output(i));
      for (Graph* inner : node->Subgraphs()) Add(inner);
    }
  }
  void Add(Value* value) { types_.emplace_back(value, value->type); }

  std::vector<std::pair<Value*, ValueType>> types_;
};

bool IsSame(const ValueType& a, const ValueType& b) {
  if (a.element != b.element || a.dims.has_value() != b.dims.has_value()) return false;
  if (!a.dims) return true;
  if (a.dims->size() != b.dims->size()) return false;
  for (size_t i = 0; i < a.dims->size(); ++i) {
    const Dim &x = (*a.dims)[i], &y = (*b.dims)[i];
    if (x != y && !(x.is_unknown() && y.is_unknown())) return false;
  }
  return true;
}

// Runs the body with `carried` types for its inputs from `first` on, weakening them until what
// comes out of an iteration fits what went in.
Result<void> RunBody(InferContext& c, Graph* body, size_t first_input, size_t first_output,
                     std::vector<ValueType>* carried) {
  SavedTypes saved(body);
  const size_t contradictions = c.inference()->num_contradictions();
  for (int attempt = 0;; ++attempt) {
    for (size_t i = 0; i < carried->size(); ++i) {
      MMDEPLOY_TRYV(c.inference()->Refine(body->input(first_input + i), (*carried)[i], "Loop"));
    }
    MMDEPLOY_TRYV(c.inference()->RunGraph(body));
    bool is_stable = true;
    for (size_t i = 0; i < carried->size(); ++i) {
      ValueType& type = (*carried)[i];
      ValueType joined = Join(type, body->output(first_output + i)->type);
      is_stable = is_stable && IsSame(joined, type);
      type = std::move(joined);
    }
    if (is_stable || attempt == 2) return {};
    saved.Restore();
    c.inference()->ForgetContradictions(contradictions);
    // Weakening one dimension at a time could take many rounds.
    for (ValueType& type : *carried) {
      if (attempt == 1) type.dims.reset();
    }
  }
}

// Sizes may differ between iterations, so only numbers hold for all of them.
OptionalDims OnlyNumbers(const OptionalDims& dims) {
  if (!dims) return std::nullopt;
  Dims result;
  for (const Dim& dim : *dims) result.push_back(dim.is_known() ? dim : Dim());
  return result;
}

// Inputs: trip count, condition, carried values. Outputs: carried values, then one row per
// iteration.
Result<void> Loop(InferContext& c) {
  MMDEPLOY_TRY(Graph * body, ReadGraph(c, "body"));
  if (c.num_inputs() < 2) return c.Fail("found {} inputs, needed 2 or more", c.num_inputs());
  const size_t count = c.num_inputs() - 2;
  const size_t outputs = c.node().num_outputs();
  if (body->num_inputs() != count + 2 || body->num_outputs() != outputs + 1 || outputs < count) {
    return c.Fail("the body takes {} and gives {} values, needed {} and {}", body->num_inputs(),
                  body->num_outputs(), count + 2, outputs + 1);
  }
  if (IsTooDeep(c)) return {};
  ValueType iteration;
  iteration.element = ElementType::kInt64;
  ValueType condition;
  condition.element = ElementType::kBool;
  MMDEPLOY_TRYV(c.inference()->Refine(body->input(0), iteration, "Loop"));
  MMDEPLOY_TRYV(c.inference()->Refine(body->input(1), condition, "Loop"));
  std::vector<ValueType> carried;
  for (size_t i = 0; i < count; ++i) carried.push_back(c.type(2 + i));
  MMDEPLOY_TRYV(RunBody(c, body, 2, 1, &carried));
  for (size_t i = 0; i < outputs; ++i) {
    if (i < count) {
      c.SetType(i, carried[i]);
      continue;
    }
    const ValueType& row = body->output(1 + i)->type;
    OptionalDims dims = OnlyNumbers(row.dims);
    if (dims) dims->insert(dims->begin(), Dim());
    c.Set(i, row.element, std::move(dims));
  }
  return {};
}

// Inputs: states, then tensors that are walked along an axis. Outputs: states, then stacked rows.
Result<void> Scan(InferContext& c) {
  if (c.opset() < 9) return {};  // version 8 has a batch dimension of its own
  MMDEPLOY_TRY(Graph * body, ReadGraph(c, "body"));
  const int64_t walked = c.Int("num_scan_inputs", 0);
  const auto inputs = static_cast<int64_t>(c.num_inputs());
  if (walked < 1 || walked > inputs || body->num_inputs() != c.num_inputs()) {
    return c.Fail("'num_scan_inputs' is {} and the body takes {} values, the node has {} inputs",
                  walked, body->num_inputs(), inputs);
  }
  const auto states = static_cast<size_t>(inputs - walked);
  const size_t outputs = c.node().num_outputs();
  if (body->num_outputs() != outputs || outputs < states) {
    return c.Fail("the body gives {} values, the node has {} outputs", body->num_outputs(),
                  outputs);
  }
  if (IsTooDeep(c)) return {};
  const auto in_axes = c.Ints("scan_input_axes").value_or(std::vector<int64_t>(walked, 0));
  const auto out_axes =
      c.Ints("scan_output_axes").value_or(std::vector<int64_t>(outputs - states, 0));
  if (in_axes.size() != static_cast<size_t>(walked) || out_axes.size() != outputs - states) {
    return c.Fail("found {} input and {} output axes, needed {} and {}", in_axes.size(),
                  out_axes.size(), walked, outputs - states);
  }
  Dim steps;
  for (size_t i = states; i < c.num_inputs(); ++i) {
    ValueType row = c.type(i);
    if (row.dims) {
      MMDEPLOY_TRY(const size_t axis, c.Axis("a scan axis", in_axes[i - states], row.dims->size()));
      MMDEPLOY_TRY(steps, c.Same("numbers of steps", steps, (*row.dims)[axis]));
      row.dims->erase(row.dims->begin() + static_cast<int64_t>(axis));
    }
    MMDEPLOY_TRYV(c.inference()->Refine(body->input(i), std::move(row), "Scan"));
  }
  std::vector<ValueType> carried;
  for (size_t i = 0; i < states; ++i) carried.push_back(c.type(i));
  MMDEPLOY_TRYV(RunBody(c, body, 0, 0, &carried));
  for (size_t i = 0; i < states; ++i) c.SetType(i, carried[i]);
  for (size_t i = states; i < outputs; ++i) {
    OptionalDims dims = OnlyNumbers(body->output(i)->type.dims);
    if (dims) {
      MMDEPLOY_TRY(const size_t axis,
                   c.Axis("a scan axis", out_axes[i - states], dims->size() + 1));
      dims->insert(dims->begin() + static_cast<int64_t>(axis), steps);
    }
    c.Set(i, body->output(i)->type.element, std::move(dims));
  }
  return {};
}

constexpr InferRule kRules[] = {
    {"If", 1, 1, kBooleans, If},
    {"Loop", 0, kVariadic, kAnything, Loop},
    {"Scan", 0, kVariadic, kAnything, Scan},
};

}  // namespace

Span<const InferRule> ControlRules() { return kRules; }

}  // namespace mmdeploy::graph
