#include "mmdeploy/graph/extract.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <regex>
#include <unordered_map>
#include <unordered_set>

#include "mmdeploy/base/suggest.h"
#include "mmdeploy/graph/topology.h"

namespace mmdeploy::graph {

namespace {

using ValueSet = std::unordered_set<const Value*>;
using NameMap = std::unordered_map<std::string, Value*>;

// The values of the outermost graph; outputs also by the name they are saved under.
NameMap NamedValues(Graph* graph) {
  NameMap names;
  for (size_t i = 0; i < graph->num_inputs(); ++i) names[graph->input(i)->name()] = graph->input(i);
  for (const auto& constant : graph->constants()) names[constant->name()] = constant.get();
  for (Node* node : graph->Nodes()) {
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      names[node->output(i)->name()] = node->output(i);
    }
  }
  for (size_t i = 0; i < graph->num_outputs(); ++i) {
    names[graph->output_name(i)] = graph->output(i);
  }
  names.erase("");
  return names;
}

Result<std::vector<Value*>> Resolve(const NameMap& names, const std::vector<Cut>& cuts) {
  std::vector<Value*> values;
  for (const Cut& cut : cuts) {
    const auto found = names.find(cut.value);
    if (found == names.end()) {
      std::vector<std::string> known;
      for (const auto& [name, value] : names) known.push_back(name);
      std::sort(known.begin(), known.end());
      const auto near = NearestMatch(cut.value, {known.data(), known.size()});
      return MakeError(Code::kInvalidArgument,
                       "the graph has no value '{}'{}; `mmdeploy graph print` "
                       "shows all",
                       cut.value, near ? fmt::format(", did you mean '{}'?", *near) : "");
    }
    values.push_back(found->second);
  }
  return values;
}

// Calls `f` for every value of the outermost graph that `node` reads, in inner graphs too.
template <class F>
void ForEachInput(const Node& node, F&& f) {
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (node.input(i)) f(node.input(i));
  }
  for (Graph* inner : node.Subgraphs()) {
    ForEachInput(*inner->result(), f);
    for (Node* reader : inner->Nodes()) ForEachInput(*reader, f);
  }
}

// What the outputs need, looking upwards until the inputs of the part.
struct Need {
  ValueSet values;
  std::vector<Node*> nodes;  // of the outermost graph
  std::vector<const Value*> missing;
};

Need FindNeed(const Graph& graph, const std::vector<Value*>& outputs, const ValueSet& cut) {
  Need need;
  std::vector<const Value*> open(outputs.begin(), outputs.end());
  std::unordered_set<const Node*> seen;
  while (!open.empty()) {
    const Value* value = open.back();
    open.pop_back();
    if (value->graph() != &graph || cut.count(value) || !need.values.insert(value).second) continue;
    if (value->is_input()) need.missing.push_back(value);
    Node* maker = value->producer();
    if (!maker || !seen.insert(maker).second) continue;
    need.nodes.push_back(maker);
    ForEachInput(*maker, [&](const Value* input) { open.push_back(input); });
  }
  return need;
}

// The values that depend on any of `roots`.
ValueSet Dependents(const Graph& graph, const ValueSet& roots) {
  ValueSet reached = roots;
  for (Node* node : graph.Nodes()) {
    bool depends = false;
    ForEachInput(*node, [&](const Value* input) { depends |= reached.count(input) > 0; });
    for (size_t i = 0; depends && i < node->num_outputs(); ++i) reached.insert(node->output(i));
  }
  return reached;
}

std::vector<std::string> SortedNames(const ValueSet& values) {
  std::vector<std::string> names;
  for (const Value* value : values) names.push_back(fmt::format("'{}'", value->name()));
  std::sort(names.begin(), names.end());
  return names;
}

// The nearest values that would complete the part: they are needed, depend on an input of the model
// that is not given, and meet what comes from the given inputs (or are outputs).
tl::unexpected<Error> MissingInputs(const Graph& graph, const Need& need, const ValueSet& cut,
                                    const std::vector<Value*>& outputs) {
  const ValueSet given = Dependents(graph, cut);
  const ValueSet foreign = Dependents(graph, ValueSet(need.missing.begin(), need.missing.end()));
  ValueSet frontier;
  auto add = [&](const Value* value) {
    if (need.values.count(value) && foreign.count(value) && !given.count(value)) {
      frontier.insert(value);
    }
  };
  for (const Value* output : outputs) add(output);
  for (Node* node : need.nodes) {
    bool meets = false;
    ForEachInput(*node, [&](const Value* input) { meets |= given.count(input) > 0; });
    if (meets) ForEachInput(*node, add);
  }
  return MakeError(Code::kInvalidArgument,
                   "the outputs cannot be computed from the inputs {}: {} missing (made from the "
                   "model's {}); add {} to the inputs, or take inputs further up",
                   fmt::join(SortedNames(cut), ", "),
                   fmt::format("{} {}", fmt::join(SortedNames(frontier), ", "),
                               frontier.size() == 1 ? "is" : "are"),
                   fmt::join(SortedNames(ValueSet(need.missing.begin(), need.missing.end())), ", "),
                   frontier.size() == 1 ? "it" : "them");
}

// Gives `value` a name that others may have: they get another one.
void Rename(Value* value, const std::string& name, NameMap* names) {
  if (value->name() == name) return;
  if (auto found = names->find(name); found != names->end() && found->second->name() == name) {
    Value* holder = found->second;
    holder->SwapName(value);
    (*names)[holder->name()] = holder;
  } else {
    value->graph()->model()->ReleaseName(name);
    value->set_name(name);
  }
  (*names)[name] = value;
}

std::string FinalName(const Cut& cut) { return cut.new_name.empty() ? cut.value : cut.new_name; }

Result<void> CheckNames(const std::vector<Cut>& cuts, const char* what) {
  std::unordered_set<std::string> names;
  for (const Cut& cut : cuts) {
    MMDEPLOY_ENSURE(names.insert(FinalName(cut)).second, Code::kInvalidArgument,
                    "two {} would have the name '{}'", what, FinalName(cut));
  }
  return {};
}

// Fresh inputs take the place of the values at the cut; the old inputs lose their uses.
void ReplaceInputs(Graph* graph, const std::vector<Cut>& cuts, const std::vector<Value*>& values,
                   NameMap* names) {
  const size_t num_old = graph->num_inputs();
  for (size_t i = 0; i < cuts.size(); ++i) {
    Value* input = graph->AddInput(FinalName(cuts[i]), values[i]->type);
    values[i]->ReplaceUses(input);
    Rename(input, FinalName(cuts[i]), names);
  }
  RemoveDeadCode(graph->model());
  for (size_t i = num_old; i-- > 0;) {
    graph->model()->ReleaseName(graph->input(i)->name());
    graph->RemoveInput(i);
  }
  for (size_t i = 0; i < cuts.size(); ++i) {  // a name that an old input had
    if (graph->input(i)->name() == FinalName(cuts[i])) continue;
    graph->model()->ReleaseName(FinalName(cuts[i]));
    graph->input(i)->set_name(FinalName(cuts[i]));
  }
}

}  // namespace

Result<ExtractReport> Extract(Model* model, const std::vector<Cut>& inputs,
                              const std::vector<Cut>& outputs) {
  Graph* graph = model->graph();
  MMDEPLOY_ENSURE(!outputs.empty(), Code::kInvalidArgument, "a part needs at least one output");
  MMDEPLOY_TRYV(CheckNames(inputs, "inputs"));
  MMDEPLOY_TRYV(CheckNames(outputs, "outputs"));
  NameMap names = NamedValues(graph);
  MMDEPLOY_TRY(const std::vector<Value*> starts, Resolve(names, inputs));
  MMDEPLOY_TRY(std::vector<Value*> ends, Resolve(names, outputs));
  const ValueSet cut(starts.begin(), starts.end());
  const Need need = FindNeed(*graph, ends, cut);
  if (!need.missing.empty()) return MissingInputs(*graph, need, cut, ends);

  ExtractReport report;
  ValueSet read(ends.begin(), ends.end());
  for (const Node* node : need.nodes) {
    ForEachInput(*node, [&](const Value* input) { read.insert(input); });
  }
  for (size_t i = 0; i < starts.size(); ++i) {
    if (!read.count(starts[i])) report.redundant_inputs.push_back(inputs[i].value);
  }
  while (graph->num_outputs() > 0) graph->RemoveOutput(graph->num_outputs() - 1);
  for (size_t i = 0; i < ends.size(); ++i) graph->AddOutput(ends[i], FinalName(outputs[i]));
  ReplaceInputs(graph, inputs, starts, &names);
  return report;
}

Result<void> SetOutputs(Model* model, const std::vector<Cut>& outputs, bool keep) {
  Graph* graph = model->graph();
  std::vector<Cut> all;
  for (size_t i = 0; keep && i < graph->num_outputs(); ++i) {
    all.push_back({graph->output_name(i), ""});
  }
  all.insert(all.end(), outputs.begin(), outputs.end());
  MMDEPLOY_ENSURE(!all.empty(), Code::kInvalidArgument, "a graph needs at least one output");
  MMDEPLOY_TRYV(CheckNames(all, "outputs"));
  MMDEPLOY_TRY(const std::vector<Value*> values, Resolve(NamedValues(graph), all));
  while (graph->num_outputs() > 0) graph->RemoveOutput(graph->num_outputs() - 1);
  for (size_t i = 0; i < all.size(); ++i) graph->AddOutput(values[i], FinalName(all[i]));
  RemoveDeadCode(model);
  return {};
}

// ---------------------------------------------------------------------------------------- marks

namespace {

bool IsMark(const Node& node) {
  return node.op() == "Mark" && node.domain() == "mmdeploy" && node.num_inputs() == 1 &&
         node.num_outputs() == 1 && node.input(0);
}

std::string MarkerOf(const Node& node) {
  return fmt::format("{}[{}]:{}", node.String("func", ""), node.Int("func_id", 0),
                     node.String("type", ""));
}

// What the value is called where the mark stands.
std::string MarkedName(const Node& node) {
  std::string name = node.String("name", "");
  if (!name.empty()) return name;
  return fmt::format("{}_{}_{}", node.String("func", ""), node.String("type", ""),
                     node.Int("id", 0));
}

// The type a mark tells, where the graph knows none.
ValueType MarkedType(const Node& node) {
  ValueType type;
  type.element = static_cast<ElementType>(node.Int("dtype", 0));
  const std::vector<int64_t> shape = node.Ints("shape");
  type.dims.emplace(shape.begin(), shape.end());
  return type;
}

}  // namespace

Result<Marker> ParseMarker(std::string_view text) {
  static const std::regex kPattern(R"(([^\[\]:]+)(?:\[(\d{1,9})\])?:(input|output))");
  std::cmatch match;
  MMDEPLOY_ENSURE(std::regex_match(text.data(), text.data() + text.size(), match, kPattern),
                  Code::kInvalidArgument,
                  "'{}' is no mark; expected 'func:input', 'func:output', 'func[1]:input' or "
                  "'func[1]:output'",
                  text);
  return Marker{match[1], match[2].matched ? std::stoll(match[2]) : 0, match[3]};
}

std::vector<std::string> ListMarks(const Model& model) {
  std::vector<std::string> marks;
  for (Node* node : model.graph()->Nodes()) {
    if (!IsMark(*node)) continue;
    std::string marker = MarkerOf(*node);
    if (std::find(marks.begin(), marks.end(), marker) == marks.end()) marks.push_back(marker);
  }
  return marks;
}

Result<std::vector<Cut>> FindMarks(const Model& model, const std::string& text, bool after) {
  MMDEPLOY_TRY(const Marker marker, ParseMarker(text));
  const std::string wanted = fmt::format("{}[{}]:{}", marker.func, marker.func_id, marker.type);
  std::vector<Cut> cuts;
  for (Node* node : model.graph()->Nodes()) {
    if (!IsMark(*node) || MarkerOf(*node) != wanted) continue;
    Value* value = after ? node->output() : node->input(0);
    if (!value->type.dims && value->type.is_tensor()) value->type = MarkedType(*node);
    cuts.push_back({value->name(), MarkedName(*node)});
  }
  if (!cuts.empty()) return cuts;
  const std::vector<std::string> known = ListMarks(model);
  return MakeError(Code::kInvalidArgument, "the model has no mark '{}', available: {}", text,
                   known.empty() ? "none (export with apply_marks=True in partition_config)"
                                 : ListAllowed(text, known));
}

int64_t RemoveMarks(Model* model) {
  int64_t removed = 0;
  ForEachNode(model->graph(), [&](Node* node) {
    if (!IsMark(*node)) return;
    ValueType& type = node->input(0)->type;
    if (type.is_tensor() && !type.dims) type = node->output()->type;
    node->output()->ReplaceUses(node->input(0));
    ++removed;
  });
  RemoveDeadCode(model);
  return removed;
}

}  // namespace mmdeploy::graph
