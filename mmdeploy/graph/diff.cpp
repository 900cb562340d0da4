#include "mmdeploy/graph/diff.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <map>
#include <unordered_map>

#include "mmdeploy/graph/text.h"

namespace mmdeploy::graph {

namespace {

constexpr int64_t kShownElements = 8;

size_t Mix(size_t hash, size_t value) { return (hash ^ value) * 0x9E3779B97F4A7C15u + 0x7F4A7C15; }

size_t HashText(std::string_view text) { return std::hash<std::string_view>()(text); }

std::string AttributeText(const AttributeValue& value) {
  PrintOptions options;
  options.max_elements = kShownElements;
  return PrintText(value, options);
}

std::string NodeText(const Node& node) {
  PrintOptions options;
  options.max_elements = kShownElements;
  return PrintText(node, options);
}

// What each value is computed from, as a number, whatever it is called; in inner graphs too, whose
// inputs are known by their places. Attributes in any order.
class Meanings {
 public:
  explicit Meanings(const Model& model) {
    const Graph& graph = *model.graph();
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      hashes_[graph.input(i)] = HashText(graph.input(i)->name());
    }
    VisitNodes(graph);
  }

  size_t of(const Node* node) const { return nodes_.at(node); }

  size_t of(const Value* value) {
    if (!value) return 1;
    auto [place, is_new] = hashes_.try_emplace(value, 0);
    if (is_new && value->constant()) place->second = value->constant()->Hash();
    return place->second;
  }

  size_t of(const Attribute& attribute) {
    return Mix(HashText(attribute.name),
               std::visit([this](const auto& value) { return Hash(value); }, attribute.value));
  }

 private:
  void VisitNodes(const Graph& graph) {
    for (Node* node : graph.Nodes()) {
      const size_t hash = HashNode(*node);
      nodes_[node] = hash;
      for (size_t i = 0; i < node->num_outputs(); ++i) hashes_[node->output(i)] = Mix(hash, i);
    }
  }

  size_t HashNode(const Node& node) {
    size_t hash = Mix(HashText(node.op()), HashText(node.domain()));
    size_t attributes = 0;
    for (const Attribute& attribute : node.attributes()) attributes += of(attribute);
    hash = Mix(hash, attributes);
    for (size_t i = 0; i < node.num_inputs(); ++i) hash = Mix(hash, of(node.input(i)));
    return hash;
  }

  // Kinds of attributes are told apart by their place in AttributeValue.
  size_t Hash(int64_t value) { return Mix(11, static_cast<size_t>(value)); }
  size_t Hash(float value) { return Mix(12, HashText(fmt::format("{}", value))); }
  size_t Hash(const std::string& value) { return Mix(13, HashText(value)); }
  size_t Hash(const TensorPtr& value) { return Mix(14, value ? value->Hash() : 0); }
  size_t Hash(const OpaqueAttribute& value) { return Mix(15, HashText(*value.bytes)); }
  size_t Hash(const std::unique_ptr<Graph>& value) { return value ? HashGraph(*value) : 0; }
  template <class T>
  size_t Hash(const std::vector<T>& values) {
    size_t hash = 16;
    for (const T& value : values) hash = Mix(hash, Hash(value));
    return hash;
  }

  // What a graph gives, and how often each step is done (nodes that nothing needs count as well).
  size_t HashGraph(const Graph& graph) {
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      hashes_[graph.input(i)] = Mix(Mix(17, depth_), i);
    }
    ++depth_;
    VisitNodes(graph);
    --depth_;
    size_t nodes = 0;
    for (Node* node : graph.Nodes()) nodes += of(node);
    size_t hash = Mix(Mix(18, graph.num_inputs()), nodes);
    for (size_t i = 0; i < graph.num_outputs(); ++i) hash = Mix(hash, of(graph.output(i)));
    return hash;
  }

  std::unordered_map<const Value*, size_t> hashes_;
  std::unordered_map<const Node*, size_t> nodes_;
  size_t depth_ = 0;
};

std::string LabelOf(const Node& node) {
  if (!node.name().empty()) return node.name();
  return node.num_outputs() ? node.output()->name() : node.op();
}

std::string DescribeInput(const Value* value) {
  if (!value) return "nothing";
  if (!value->constant()) return "'" + value->name() + "'";
  if (value->constant()->num_elements() > kShownElements) {
    return fmt::format("constant {}", Name(value->type));
  }
  return AttributeText(AttributeValue(value->constant()));
}

// Where two large constants of one type begin to differ.
std::string FirstDifference(const TensorData& before, const TensorData& after) {
  const auto old_numbers = before.Numbers(), new_numbers = after.Numbers();
  if (!old_numbers || !new_numbers) return "other elements";
  for (size_t i = 0; i < old_numbers->size(); ++i) {
    const double x = (*old_numbers)[i], y = (*new_numbers)[i];
    if (x == y || (x != x && y != y)) continue;
    std::vector<int64_t> place;
    auto rest = static_cast<int64_t>(i);
    for (size_t d = before.rank(); d-- > 0; rest /= before.dims()[d]) {
      place.insert(place.begin(), rest % before.dims()[d]);
    }
    return fmt::format("other elements, first at [{}]: {} became {}", fmt::join(place, ","), x, y);
  }
  return "other elements";
}

// A pair of graphs inside two nodes, and where that is.
struct InnerGraphs {
  std::string where;  // "y/then_branch"
  const Graph* before;
  const Graph* after;
};

// What makes two nodes of one name different.
class NodeComparison {
 public:
  NodeComparison(const Node& before, const Node& after, Meanings* old_meanings,
                 Meanings* new_meanings)
      : before_(before), after_(after), old_(old_meanings), new_(new_meanings) {
    if (before_.op() != after_.op() || before_.domain() != after_.domain()) {
      Add("operator", before_.op(), after_.op());
    }
    CompareAttributes();
    CompareInputs();
  }

  const std::vector<std::string>& lines() const { return lines_; }
  // Graphs of one attribute that compute something else.
  const std::vector<InnerGraphs>& graphs() const { return graphs_; }

 private:
  void Add(const std::string& what, const std::string& old_text, const std::string& new_text) {
    lines_.push_back(fmt::format("{}: {} {} became {}", LabelOf(after_), what, old_text, new_text));
  }

  void CompareAttributes() {
    std::map<std::string, std::pair<const Attribute*, const Attribute*>> both;
    for (const Attribute& attribute : before_.attributes()) both[attribute.name].first = &attribute;
    for (const Attribute& attribute : after_.attributes()) both[attribute.name].second = &attribute;
    for (const auto& [name, pair] : both) {
      const auto [first, second] = pair;
      if (first && second && old_->of(*first) == new_->of(*second)) continue;
      const Graph* old_graph = GraphOf(first);
      const Graph* new_graph = GraphOf(second);
      if (old_graph && new_graph) {
        graphs_.push_back({LabelOf(after_) + "/" + name, old_graph, new_graph});
        continue;
      }
      Add("attribute " + name, first ? AttributeText(first->value) : "(absent)",
          second ? AttributeText(second->value) : "(absent)");
    }
  }

  static const Graph* GraphOf(const Attribute* attribute) {
    const auto* graph =
        attribute ? std::get_if<std::unique_ptr<Graph>>(&attribute->value) : nullptr;
    return graph ? graph->get() : nullptr;
  }

  // Only inputs that are constants, or are called otherwise: what lies further up has its own line.
  void CompareInputs() {
    for (size_t i = 0; i < std::max(before_.num_inputs(), after_.num_inputs()); ++i) {
      const Value* old_value = before_.input(i);
      const Value* new_value = after_.input(i);
      if (old_->of(old_value) == new_->of(new_value)) continue;
      const bool constants =
          old_value && new_value && old_value->constant() && new_value->constant();
      const bool same_name = old_value && new_value && !old_value->constant() &&
                             !new_value->constant() && old_value->name() == new_value->name();
      if (same_name) continue;
      const std::string old_text = DescribeInput(old_value), new_text = DescribeInput(new_value);
      const bool same_text = constants && old_text == new_text;
      Add(fmt::format("input {}", i), old_text,
          same_text ? FirstDifference(*old_value->constant(), *new_value->constant()) : new_text);
    }
  }

  const Node& before_;
  const Node& after_;
  Meanings* old_;
  Meanings* new_;
  std::vector<std::string> lines_;
  std::vector<InnerGraphs> graphs_;
};

void CompareLists(const std::string& what, const std::map<std::string, std::string>& before,
                  const std::map<std::string, std::string>& after,
                  std::vector<std::string>* lines) {
  for (const auto& [name, text] : before) {
    const auto found = after.find(name);
    if (found == after.end()) {
      lines->push_back(fmt::format("{} '{}': {} is gone", what, name, text));
    } else if (found->second != text) {
      lines->push_back(fmt::format("{} '{}': {} became {}", what, name, text, found->second));
    }
  }
  for (const auto& [name, text] : after) {
    if (!before.count(name)) lines->push_back(fmt::format("{} '{}': {} is new", what, name, text));
  }
}

void CompareInterfaces(const Model& before, const Model& after, Difference* difference) {
  auto inputs = [](const Model& model) {
    std::map<std::string, std::string> map;
    const Graph& graph = *model.graph();
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      map[graph.input(i)->name()] = Name(graph.input(i)->type);
    }
    return map;
  };
  auto outputs = [](const Model& model) {
    std::map<std::string, std::string> map;
    const Graph& graph = *model.graph();
    for (size_t i = 0; i < graph.num_outputs(); ++i) {
      map[graph.output_name(i)] = Name(graph.output(i)->type);
    }
    return map;
  };
  auto opsets = [](const Model& model) {
    std::map<std::string, std::string> map;
    for (const auto& [domain, version] : model.opsets()) map[domain] = std::to_string(version);
    return map;
  };
  CompareLists("opset", opsets(before), opsets(after), &difference->interface);
  CompareLists("input", inputs(before), inputs(after), &difference->interface);
  CompareLists("output", outputs(before), outputs(after), &difference->interface);
}

// Nodes of both models that are left when equal ones are taken away.
struct Rest {
  std::vector<const Node*> before, after;
  size_t equal = 0;
};

Rest TakeEqualAway(const Graph& before, const Graph& after, Meanings* old_meanings,
                   Meanings* new_meanings) {
  Rest rest;
  std::unordered_map<size_t, std::vector<const Node*>> old_nodes;
  for (Node* node : before.Nodes()) old_nodes[old_meanings->of(node)].push_back(node);
  for (Node* node : after.Nodes()) {
    std::vector<const Node*>& candidates = old_nodes[new_meanings->of(node)];
    if (candidates.empty()) {
      rest.after.push_back(node);
    } else {
      candidates.pop_back();
      ++rest.equal;
    }
  }
  for (Node* node : before.Nodes()) {
    const std::vector<const Node*>& left = old_nodes[old_meanings->of(node)];
    if (std::find(left.begin(), left.end(), node) != left.end()) rest.before.push_back(node);
  }
  return rest;
}

class GraphComparison {
 public:
  GraphComparison(const Model& before, const Model& after, Difference* difference)
      : old_(before), new_(after), difference_(*difference) {}

  void Run(const InnerGraphs& graphs) {
    const size_t lines = NumLines();
    const Rest rest = TakeEqualAway(*graphs.before, *graphs.after, &old_, &new_);
    difference_.equal += rest.equal;
    const std::string prefix = graphs.where.empty() ? "" : graphs.where + ": ";
    std::unordered_map<std::string, const Node*> by_label;
    for (const Node* node : rest.before) by_label[LabelOf(*node)] = node;
    std::unordered_map<const Node*, bool> paired;
    for (const Node* node : rest.after) {
      const auto found = by_label.find(LabelOf(*node));
      if (found == by_label.end() || found->second->op() != node->op()) {
        difference_.added.push_back(prefix + NodeText(*node));
        continue;
      }
      paired[found->second] = true;
      Pair(*found->second, *node, prefix);
    }
    for (const Node* node : rest.before) {
      if (!paired.count(node)) difference_.removed.push_back(prefix + NodeText(*node));
    }
    if (NumLines() == lines) CompareOutputs(graphs, prefix);
  }

 private:
  size_t NumLines() const {
    return difference_.interface.size() + difference_.changed.size() + difference_.added.size() +
           difference_.removed.size();
  }

  void Pair(const Node& before, const Node& after, const std::string& prefix) {
    const NodeComparison comparison(before, after, &old_, &new_);
    for (const std::string& line : comparison.lines()) difference_.changed.push_back(prefix + line);
    for (InnerGraphs inner : comparison.graphs()) {
      inner.where =
          prefix.empty() ? inner.where : prefix.substr(0, prefix.size() - 2) + "/" + inner.where;
      Run(inner);
    }
    difference_.equal += comparison.lines().empty() && comparison.graphs().empty();
  }

  // The same nodes may serve other outputs.
  void CompareOutputs(const InnerGraphs& graphs, const std::string& prefix) {
    const Graph &before = *graphs.before, &after = *graphs.after;
    for (size_t i = 0; i < std::min(before.num_outputs(), after.num_outputs()); ++i) {
      if (old_.of(before.output(i)) == new_.of(after.output(i))) continue;
      difference_.changed.push_back(fmt::format("{}output {} '{}': {} became {}", prefix, i,
                                                after.output_name(i), Maker(*before.output(i)),
                                                Maker(*after.output(i))));
    }
    if (before.num_outputs() != after.num_outputs()) {
      difference_.changed.push_back(
          fmt::format("{}{} outputs became {}", prefix, before.num_outputs(), after.num_outputs()));
    }
  }

  static std::string Maker(const Value& value) {
    return value.producer() ? NodeText(*value.producer()) : DescribeInput(&value);
  }

  Meanings old_, new_;
  Difference& difference_;
};

}  // namespace

Difference Compare(const Model& before, const Model& after) {
  Difference difference;
  CompareInterfaces(before, after, &difference);
  GraphComparison(before, after, &difference).Run({"", before.graph(), after.graph()});
  return difference;
}

Json ToJson(const Difference& difference) {
  return {{"interface", difference.interface},
          {"changed", difference.changed},
          {"removed", difference.removed},
          {"added", difference.added},
          {"equal", difference.equal}};
}

std::string ToText(const Difference& difference) {
  std::string text;
  auto add = [&text](const char* mark, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) text += fmt::format("{} {}\n", mark, line);
  };
  add("~", difference.interface);
  add("~", difference.changed);
  add("-", difference.removed);
  add("+", difference.added);
  return text + fmt::format("{} nodes are equal, {} lines of changes, {} nodes removed, {} added\n",
                            difference.equal,
                            difference.interface.size() + difference.changed.size(),
                            difference.removed.size(), difference.added.size());
}

}  // namespace mmdeploy::graph
