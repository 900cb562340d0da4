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

size_t HashAttribute(const Attribute& attribute) {
  const auto* tensor = std::get_if<TensorPtr>(&attribute.value);
  return Mix(HashText(attribute.name),
             tensor ? (*tensor)->Hash() : HashText(AttributeText(attribute.value)));
}

// What each value of the outermost graph is computed from, as a number. Attributes in any order.
class Meanings {
 public:
  explicit Meanings(const Model& model) {
    const Graph& graph = *model.graph();
    for (size_t i = 0; i < graph.num_inputs(); ++i) {
      hashes_[graph.input(i)] = HashText(graph.input(i)->name());
    }
    for (Node* node : graph.Nodes()) {
      const size_t hash = HashNode(*node);
      nodes_[node] = hash;
      for (size_t i = 0; i < node->num_outputs(); ++i) hashes_[node->output(i)] = Mix(hash, i);
    }
  }

  size_t of(const Node* node) const { return nodes_.at(node); }

  size_t of(const Value* value) {
    if (!value) return 1;
    auto [place, is_new] = hashes_.try_emplace(value, 0);
    if (is_new && value->constant()) place->second = value->constant()->Hash();
    return place->second;
  }

 private:
  size_t HashNode(const Node& node) {
    size_t hash = Mix(HashText(node.op()), HashText(node.domain()));
    size_t attributes = 0;
    for (const Attribute& attribute : node.attributes()) attributes += HashAttribute(attribute);
    hash = Mix(hash, attributes);
    for (size_t i = 0; i < node.num_inputs(); ++i) hash = Mix(hash, of(node.input(i)));
    return hash;
  }

  std::unordered_map<const Value*, size_t> hashes_;
  std::unordered_map<const Node*, size_t> nodes_;
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

// What makes two nodes of one name different.
class NodeComparison {
 public:
  NodeComparison(const Node& before, const Node& after, Meanings* old_meanings,
                 Meanings* new_meanings)
      : before_(before), after_(after), old_(old_meanings), new_(new_meanings) {}

  std::vector<std::string> Lines() {
    if (before_.op() != after_.op() || before_.domain() != after_.domain()) {
      Add("operator", before_.op(), after_.op());
    }
    CompareAttributes();
    CompareInputs();
    return std::move(lines_);
  }

 private:
  void Add(const std::string& what, const std::string& old_text, const std::string& new_text) {
    lines_.push_back(fmt::format("{}: {} {} became {}", LabelOf(after_), what, old_text, new_text));
  }

  void CompareAttributes() {
    std::map<std::string, std::pair<const Attribute*, const Attribute*>> both;
    for (const Attribute& attribute : before_.attributes()) both[attribute.name].first = &attribute;
    for (const Attribute& attribute : after_.attributes()) both[attribute.name].second = &attribute;
    for (const auto& [name, pair] : both) {
      if (pair.first && pair.second && HashAttribute(*pair.first) == HashAttribute(*pair.second)) {
        continue;
      }
      Add("attribute " + name, pair.first ? AttributeText(pair.first->value) : "(absent)",
          pair.second ? AttributeText(pair.second->value) : "(absent)");
    }
  }

  // Only inputs that are constants, or are called otherwise: what lies further up has its own line.
  void CompareInputs() {
    for (size_t i = 0; i < std::max(before_.num_inputs(), after_.num_inputs()); ++i) {
      const Value* old_value = before_.input(i);
      const Value* new_value = after_.input(i);
      if (old_->of(old_value) == new_->of(new_value)) continue;
      const bool same_name = old_value && new_value && !old_value->constant() &&
                             !new_value->constant() && old_value->name() == new_value->name();
      if (same_name) continue;
      Add(fmt::format("input {}", i), DescribeInput(old_value), DescribeInput(new_value));
    }
  }

  const Node& before_;
  const Node& after_;
  Meanings* old_;
  Meanings* new_;
  std::vector<std::string> lines_;
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

Rest TakeEqualAway(const Model& before, const Model& after, Meanings* old_meanings,
                   Meanings* new_meanings) {
  Rest rest;
  std::unordered_map<size_t, std::vector<const Node*>> old_nodes;
  for (Node* node : before.graph()->Nodes()) old_nodes[old_meanings->of(node)].push_back(node);
  for (Node* node : after.graph()->Nodes()) {
    std::vector<const Node*>& candidates = old_nodes[new_meanings->of(node)];
    if (candidates.empty()) {
      rest.after.push_back(node);
    } else {
      candidates.pop_back();
      ++rest.equal;
    }
  }
  for (Node* node : before.graph()->Nodes()) {
    const std::vector<const Node*>& left = old_nodes[old_meanings->of(node)];
    if (std::find(left.begin(), left.end(), node) != left.end()) rest.before.push_back(node);
  }
  return rest;
}

}  // namespace

Difference Compare(const Model& before, const Model& after) {
  Difference difference;
  CompareInterfaces(before, after, &difference);
  Meanings old_meanings(before), new_meanings(after);
  const Rest rest = TakeEqualAway(before, after, &old_meanings, &new_meanings);
  difference.equal = rest.equal;
  std::unordered_map<std::string, const Node*> by_label;
  for (const Node* node : rest.before) by_label[LabelOf(*node)] = node;
  std::unordered_map<const Node*, bool> paired;
  for (const Node* node : rest.after) {
    const auto found = by_label.find(LabelOf(*node));
    if (found == by_label.end() || found->second->op() != node->op()) {
      difference.added.push_back(NodeText(*node));
      continue;
    }
    paired[found->second] = true;
    const auto lines = NodeComparison(*found->second, *node, &old_meanings, &new_meanings).Lines();
    difference.changed.insert(difference.changed.end(), lines.begin(), lines.end());
    difference.equal += lines.empty();
  }
  for (const Node* node : rest.before) {
    if (!paired.count(node)) difference.removed.push_back(NodeText(*node));
  }
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
