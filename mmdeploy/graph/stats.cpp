#include "mmdeploy/graph/stats.h"

#include <algorithm>
#include <unordered_map>
#include "mmdeploy/base/shape.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::graph {

namespace {

std::optional<int64_t> BytesOf(const Value* value) {
  if (value->name().empty()) return 0;
  if (!value->type.is_tensor() || !value->type.dims) return std::nullopt;
  const auto dims = KnownDims(*value->type.dims);
  if (!dims) return std::nullopt;
  Result<int64_t> bytes = NumBytes(value->type.element, *dims);
  return bytes ? std::optional(*bytes) : std::nullopt;
}

bool IsParameter(const Value* value) {
  return value && value->constant() && value->constant()->rank() > 0;
}

// The position of the last node that reads each value (inner graphs included).
std::unordered_map<const Value*, size_t> LastUses(const Graph& graph) {
  std::unordered_map<const Value*, size_t> last;
  size_t position = 0;
  for (Node* node : graph.Nodes()) {
    auto visit = [&](const Node& reader) {
      for (size_t i = 0; i < reader.num_inputs(); ++i) {
        if (reader.input(i)) last[reader.input(i)] = position;
      }
    };
    visit(*node);
    for (Graph* inner : node->Subgraphs()) {
      ForEachNode(inner, [&](Node* reader) { visit(*reader); });
      visit(*inner->result());
    }
    ++position;
  }
  for (size_t i = 0; i < graph.num_outputs(); ++i) last[graph.output(i)] = position;
  return last;
}

std::optional<int64_t> PeakBytes(const Graph& graph) {
  const auto last = LastUses(graph);
  std::vector<int64_t> freed(graph.num_nodes() + 2);  // after the node at a position
  int64_t alive = 0, peak = 0;
  size_t position = 0;
  auto add = [&](const Value* value) {
    const auto bytes = BytesOf(value);
    if (!bytes) return false;
    alive += *bytes;
    const auto found = last.find(value);
    freed[found == last.end() ? position : found->second] += *bytes;
    return true;
  };
  for (size_t i = 0; i < graph.num_inputs(); ++i) {
    if (!add(graph.input(i))) return std::nullopt;
  }
  for (Node* node : graph.Nodes()) {
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      if (!add(node->output(i))) return std::nullopt;
    }
    peak = std::max(peak, alive);
    alive -= freed[position++];
  }
  return std::max(peak, alive);
}

NodeStats StatsOf(const Node& node);

std::vector<NodeStats> StatsOf(const Graph& graph) {
  std::vector<NodeStats> stats;
  for (Node* node : graph.Nodes()) stats.push_back(StatsOf(*node));
  return stats;
}

void AddInner(const Attribute& attribute, std::vector<InnerStats>* inner) {
  if (const auto* graph = std::get_if<std::unique_ptr<Graph>>(&attribute.value)) {
    inner->push_back({attribute.name, StatsOf(**graph)});
  }
  if (const auto* graphs = std::get_if<std::vector<std::unique_ptr<Graph>>>(&attribute.value)) {
    for (size_t i = 0; i < graphs->size(); ++i) {
      inner->push_back({fmt::format("{}[{}]", attribute.name, i), StatsOf(*(*graphs)[i])});
    }
  }
}

NodeStats StatsOf(const Node& node) {
  NodeStats stats;
  stats.node = &node;
  stats.macs = CountMacs(node);
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    if (IsParameter(node.input(i))) stats.parameters += node.input(i)->constant()->num_elements();
  }
  for (const Attribute& attribute : node.attributes()) AddInner(attribute, &stats.graphs);
  int64_t total = 0;
  for (size_t i = 0; i < node.num_outputs(); ++i) {
    const auto bytes = BytesOf(node.output(i));
    if (!bytes) return stats;
    total += *bytes;
  }
  stats.output_bytes = total;
  return stats;
}

std::string FullName(const Node& node) {
  return node.domain().empty() ? node.op() : node.domain() + "::" + node.op();
}

void AddConstants(const Graph& graph, Stats* stats) {
  for (const auto& constant : graph.constants()) {
    stats->weight_bytes += static_cast<int64_t>(constant->constant()->bytes().size());
    if (IsParameter(constant.get())) stats->parameters += constant->constant()->num_elements();
  }
}

}  // namespace

Stats ComputeStats(const Model& model) {
  Stats stats;
  const Graph& graph = *model.graph();
  AddConstants(graph, &stats);
  stats.nodes = StatsOf(graph);
  ForEachNode(model.graph(), [&](Node* node) {
    ++stats.operators[FullName(*node)];
    const auto macs = CountMacs(*node);
    stats.macs += macs.value_or(0);
    stats.nodes_without_macs += !macs;
    for (const Graph* inner : node->Subgraphs()) AddConstants(*inner, &stats);
  });
  stats.peak_bytes = PeakBytes(graph);
  return stats;
}

Result<void> BindInputShape(Model* model, const std::string& input,
                            const std::vector<int64_t>& dims) {
  std::vector<std::string> names;
  for (size_t i = 0; i < model->graph()->num_inputs(); ++i) {
    Value* value = model->graph()->input(i);
    names.push_back(value->name());
    if (value->name() != input) continue;
    const auto wrong = [&] {
      return MakeError(Code::kInvalidArgument, "input '{}' is {}, it cannot get the shape {}",
                       input, Name(value->type), Name(Shape({dims.data(), dims.size()})));
    };
    if (value->type.dims && value->type.dims->size() != dims.size()) return wrong();
    for (size_t d = 0; d < dims.size(); ++d) {
      const bool is_known = value->type.dims && (*value->type.dims)[d].is_known();
      if (dims[d] < 0 || (is_known && (*value->type.dims)[d].value() != dims[d])) return wrong();
    }
    value->type.dims.emplace(dims.begin(), dims.end());
    return {};
  }
  return MakeError(Code::kInvalidArgument, "the model has no input '{}', allowed: {}", input,
                   ListAllowed(input, names));
}

// -------------------------------------------------------------------------------------- output

namespace {

// "1.23 M"
std::string Short(int64_t number) {
  static constexpr const char* kUnits[] = {"", " K", " M", " G", " T", " P"};
  auto value = static_cast<double>(number);
  size_t unit = 0;
  while (value >= 1000 && unit + 1 < std::size(kUnits)) {
    value /= 1000;
    ++unit;
  }
  return unit == 0 ? std::to_string(number) : fmt::format("{:.2f}{}", value, kUnits[unit]);
}

std::string ShortOrUnknown(std::optional<int64_t> number) { return number ? Short(*number) : "?"; }

Json NumberOrNull(std::optional<int64_t> value) { return value ? Json(*value) : Json(); }

Json ToJson(const std::vector<NodeStats>& rows) {
  Json nodes = Json::array();
  for (const NodeStats& row : rows) {
    Json outputs = Json::array();
    for (size_t i = 0; i < row.node->num_outputs(); ++i) {
      const Value* value = row.node->output(i);
      outputs.push_back({{"name", value->name()}, {"type", Name(value->type)}});
    }
    nodes.push_back({{"name", row.node->name()},
                     {"operator", FullName(*row.node)},
                     {"outputs", outputs},
                     {"parameters", row.parameters},
                     {"macs", NumberOrNull(row.macs)},
                     {"output_bytes", NumberOrNull(row.output_bytes)}});
    for (const InnerStats& inner : row.graphs) {
      nodes.back()["graphs"][inner.attribute] = ToJson(inner.nodes);
    }
  }
  return nodes;
}

size_t OperatorWidth(const std::vector<NodeStats>& rows, size_t indent) {
  size_t width = 0;
  for (const NodeStats& row : rows) {
    width = std::max(width, indent + FullName(*row.node).size());
    for (const InnerStats& inner : row.graphs) {
      width = std::max(width, OperatorWidth(inner.nodes, indent + 4));
    }
  }
  return width;
}

void AddRows(const std::vector<NodeStats>& rows, size_t width, size_t indent, std::string* text) {
  size_t position = 0;
  for (const NodeStats& row : rows) {
    std::string outputs;
    for (size_t i = 0; i < row.node->num_outputs(); ++i) {
      const Value* value = row.node->output(i);
      if (value->name().empty()) continue;
      outputs +=
          fmt::format("{}{} {}", outputs.empty() ? "" : ", ", value->name(), Name(value->type));
    }
    *text += fmt::format("{:>5}  {:<{}}  {:>9}  {:>9}  {}\n", position++,
                         std::string(indent, ' ') + FullName(*row.node), width,
                         row.parameters ? Short(row.parameters) : "",
                         row.macs == 0 ? "" : ShortOrUnknown(row.macs), outputs);
    for (const InnerStats& inner : row.graphs) {
      *text += fmt::format("{:>5}  {}{}:\n", "", std::string(indent + 2, ' '), inner.attribute);
      AddRows(inner.nodes, width, indent + 4, text);
    }
  }
}

}  // namespace

Json ToJson(const Stats& stats) {
  return {{"operators", stats.operators},
          {"parameters", stats.parameters},
          {"weight_bytes", stats.weight_bytes},
          {"macs", stats.macs},
          {"flops", 2 * stats.macs},
          {"nodes_without_macs", stats.nodes_without_macs},
          {"peak_bytes", NumberOrNull(stats.peak_bytes)},
          {"nodes", ToJson(stats.nodes)}};
}

std::string ToText(const Stats& stats) {
  int64_t nodes = 0;
  for (const auto& [op, count] : stats.operators) nodes += count;
  std::string text = fmt::format(
      "nodes        {}\nparameters   {} ({}B)\nMACs         {} ({} FLOPs){}\npeak memory  {}{}\n",
      nodes, Short(stats.parameters), Short(stats.weight_bytes), Short(stats.macs),
      Short(2 * stats.macs),
      stats.nodes_without_macs
          ? fmt::format(", without {} nodes of unknown shape", stats.nodes_without_macs)
          : "",
      ShortOrUnknown(stats.peak_bytes),
      stats.peak_bytes ? "B of values" : " (shapes unknown: give --shape)");
  std::vector<std::pair<std::string, int64_t>> rows(stats.operators.begin(), stats.operators.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  for (const auto& [op, count] : rows) text += fmt::format("  {:>6}  {}\n", count, op);
  return text;
}

std::string NodeTable(const Stats& stats) {
  const size_t width = std::max<size_t>(8, OperatorWidth(stats.nodes, 0));
  std::string text = fmt::format("{:>5}  {:<{}}  {:>9}  {:>9}  {}\n", "#", "operator", width,
                                 "params", "MACs", "outputs");
  AddRows(stats.nodes, width, 0, &text);
  return text;
}

}  // namespace mmdeploy::graph
