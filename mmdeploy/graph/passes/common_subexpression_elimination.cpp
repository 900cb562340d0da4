#include <algorithm>
#include <array>
#include <string>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/scope.h"

// Computes equal things once, and keeps equal constants once:
//
//   a = Unsqueeze<axes=[0]>(x)           a = Unsqueeze<axes=[0]>(x)
//   b = Unsqueeze<axes=[0]>(x)           y = Add(a, a)
//   y = Add(a, b)
//
// Inner graphs use what the graphs around them have computed. Stays: random numbers, operators of
// other domains (nobody says that they give the same twice), nodes with inner graphs.

namespace mmdeploy::graph {

namespace {

bool MayDiffer(const Node& node) {
  static constexpr std::array<std::string_view, 7> kRandom = {
      "RandomNormal", "RandomUniform", "RandomNormalLike", "RandomUniformLike",
      "Multinomial",  "Bernoulli",     "Dropout"};
  return !node.domain().empty() || !node.Subgraphs().empty() || node.num_outputs() == 0 ||
         std::find(kRandom.begin(), kRandom.end(), node.op()) != kRandom.end();
}

template <class T>
void Append(std::string* key, const T& value) {
  key->append(reinterpret_cast<const char*>(&value), sizeof(T));
}

void Append(std::string* key, const std::string& text) {
  Append(key, text.size());
  key->append(text);
}

void Append(std::string* key, const TensorPtr& tensor) {
  Append(key, tensor->type());
  Append(key, tensor->rank());
  for (int64_t dim : tensor->dims()) Append(key, dim);
  key->append(tensor->bytes());
  for (const std::string& text : tensor->strings()) Append(key, text);
}

template <class T>
void Append(std::string* key, const std::vector<T>& values) {
  Append(key, values.size());
  for (const T& value : values) Append(key, value);
}

void Append(std::string* key, const OpaqueAttribute& value) { Append(key, *value.bytes); }
void Append(std::string*, const std::unique_ptr<Graph>&) {}  // see MayDiffer

// Equal for nodes that compute the same; attributes in any order.
std::string KeyOf(const Node& node) {
  std::string key;
  Append(&key, node.op());
  Append(&key, node.overload);
  Append(&key, node.num_outputs());
  for (size_t i = 0; i < node.num_inputs(); ++i) {
    Append(&key, reinterpret_cast<uintptr_t>(node.input(i)));
  }
  std::vector<const Attribute*> attributes;
  for (const Attribute& attribute : node.attributes()) attributes.push_back(&attribute);
  std::sort(attributes.begin(), attributes.end(),
            [](const Attribute* a, const Attribute* b) { return a->name < b->name; });
  for (const Attribute* attribute : attributes) {
    Append(&key, attribute->name);
    Append(&key, attribute->value.index());
    std::visit([&](const auto& value) { Append(&key, value); }, attribute->value);
  }
  return key;
}

std::string KindOf(const TensorData& tensor) {
  std::string key;
  Append(&key, tensor.type());
  for (int64_t dim : tensor.dims()) Append(&key, dim);
  return key;
}

class Eliminator {
 public:
  int64_t Run(Graph* graph) {
    nodes_.Enter();
    constants_.Enter();
    int64_t changes = MergeConstants(graph);
    for (Node* node : graph->Nodes()) {
      for (Graph* inner : node->Subgraphs()) changes += Run(inner);
      changes += Visit(node) ? 1 : 0;
    }
    constants_.Leave();
    nodes_.Leave();
    return changes;
  }

 private:
  struct Seen {
    Value* value;
    size_t hash;  // 0: not computed yet
  };

  // Constants of one type and dimensions are compared by hash, which is computed for the second.
  int64_t MergeConstants(Graph* graph) {
    int64_t changes = 0;
    for (const auto& constant : graph->constants()) {
      if (!constant->has_uses()) continue;
      const std::string kind = KindOf(*constant->constant());
      Seen* only = constants_.Find(kind);
      if (!only) {
        constants_.Add(kind, {constant.get(), 0});
        continue;
      }
      if (only->hash == 0) {
        only->hash = 1;
        constants_.Add(HashedKey(kind, *only->value), {only->value, 1});
      }
      const std::string key = HashedKey(kind, *constant);
      if (const Seen* same = constants_.Find(key)) {
        changes += MergeConstant(constant.get(), same->value) ? 1 : 0;
      } else {
        constants_.Add(key, {constant.get(), 1});
      }
    }
    return changes;
  }

  static std::string HashedKey(const std::string& kind, const Value& constant) {
    std::string key = kind + "#";
    Append(&key, constant.constant()->Hash());
    return key;
  }

  static bool MergeConstant(Value* constant, Value* same) {
    if (!(*constant->constant() == *same->constant())) return false;
    if (constant->is_output()) return false;
    constant->ReplaceUses(same);
    return true;
  }

  bool Visit(Node* node) {
    if (MayDiffer(*node)) return false;
    const std::string key = KeyOf(*node);
    Node** found = nodes_.Find(key);
    if (!found) {
      nodes_.Add(key, node);
      return false;
    }
    Node* first = *found;
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      if (!CanServeUses(node->output(i), first->output(i))) return false;
      if (node->output(i)->has_uses() && first->output(i)->name().empty()) return false;
    }
    for (size_t i = 0; i < node->num_outputs(); ++i) {
      node->output(i)->ReplaceUses(first->output(i));
    }
    node->graph()->Erase(node);
    return true;
  }

  Scope<Node*> nodes_;
  Scope<Seen> constants_;
};

Result<int64_t> Run(Model* model) { return Eliminator().Run(model->graph()); }

}  // namespace

Pass common_subexpression_elimination_pass() {
  return {"common_subexpression_elimination", "compute equal things once", Run};
}

}  // namespace mmdeploy::graph
