#include "mmdeploy/graph/match.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <unordered_map>

namespace mmdeploy::graph {

namespace {

using Call = Pattern::Call;
using Input = Pattern::Input;

bool IsCommutative(const Node& node) {
  static constexpr std::array<std::string_view, 12> kOps = {
      "Add", "Mul", "And", "Or",   "Xor",        "Equal",
      "Max", "Min", "Sum", "Mean", "BitwiseAnd", "BitwiseOr"};
  return node.domain().empty() && node.num_inputs() == 2 &&
         std::find(kOps.begin(), kOps.end(), node.op()) != kOps.end();
}

bool IsNear(double found, double wanted, double tolerance) {
  return std::abs(found - wanted) <= tolerance * std::max(1e-3, std::abs(wanted));
}

bool Equals(const AttributeValue& found, const Pattern::Attribute& wanted) {
  constexpr double kTolerance = 1e-6;  // attributes are float32
  if (const auto* number = std::get_if<double>(&wanted.value)) {
    if (const auto* i = std::get_if<int64_t>(&found)) return static_cast<double>(*i) == *number;
    if (const auto* f = std::get_if<float>(&found)) return IsNear(*f, *number, kTolerance);
    return false;
  }
  if (const auto* text = std::get_if<std::string>(&wanted.value)) {
    const auto* s = std::get_if<std::string>(&found);
    return s && *s == *text;
  }
  const auto& numbers = std::get<std::vector<double>>(wanted.value);
  auto all = [&](const auto& list) {
    return std::equal(list.begin(), list.end(), numbers.begin(), numbers.end(),
                      [](double a, double b) { return IsNear(a, b, kTolerance); });
  };
  if (const auto* ints = std::get_if<std::vector<int64_t>>(&found)) return all(*ints);
  if (const auto* floats = std::get_if<std::vector<float>>(&found)) return all(*floats);
  return false;
}

bool IsNumber(const Value* value, double wanted) {
  const std::optional<double> found = ConstantNumber(value);
  if (!found) return false;
  const ElementType type = value->constant()->type();
  const bool is_half = type == ElementType::kFloat16 || type == ElementType::kBfloat16;
  return IsNear(*found, wanted, is_half ? 1e-3 : 1e-6);
}

bool Contains(const std::vector<Node*>& nodes, const Node* node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

// Operator, domain, attributes and the number of inputs.
bool IsCandidate(const Call& call, const Node& node) {
  if (node.domain() != call.domain || node.num_outputs() == 0) return false;
  if (std::find(call.ops.begin(), call.ops.end(), node.op()) == call.ops.end()) return false;
  for (size_t i = call.inputs.size(); !call.rest && i < node.num_inputs(); ++i) {
    if (node.input(i)) return false;
  }
  for (const Pattern::Attribute& wanted : call.attributes) {
    const AttributeValue* found = node.Find(wanted.name);
    if (found ? !Equals(*found, wanted) : !wanted.or_absent) return false;
  }
  return true;
}

// A search in progress: what is bound, and what is still to compare.
struct State {
  struct Goal {
    const Input* input;
    Value* value;
  };
  std::vector<Value*> names;   // by name
  std::vector<Node*> nodes;    // by call; nullptr: not matched, or passed over
  std::vector<Value*> passed;  // by call: what stands for a call that was passed over
  std::vector<Node*> order;    // matched nodes, the root first
  std::vector<Goal> goals;
};

class Search {
 public:
  explicit Search(const Pattern& pattern) : calls_(pattern.calls()) {}

  bool Start(Node* root, State* state) {
    return TryNode(*state, calls_.size() - 1, root, [&](State found) {
      *state = std::move(found);
      return true;
    });
  }

 private:
  // Reduces the goals; where there is a choice, tries one after another.
  template <class Done>
  bool Solve(State state, const Done& done) {
    while (!state.goals.empty()) {
      const State::Goal goal = state.goals.back();
      state.goals.pop_back();
      if (goal.input->kind == Input::kCall && goal.value) {
        const size_t call = goal.input->index;
        if (!state.nodes[call] && !state.passed[call]) {
          return Choose(state, call, goal.value, goal.input->output, done);
        }
        if (!IsBoundTo(state, *goal.input, goal.value)) return false;
      } else if (!Check(&state, goal)) {
        return false;
      }
    }
    for (size_t call = 0; call < calls_.size(); ++call) {
      if (calls_[call].result && !state.nodes[call]) return FindResult(state, call, done);
    }
    return AreUsesInside(state) && done(std::move(state));
  }

  // A call that may make `value`: its producer, or nothing if the call is optional.
  template <class Done>
  bool Choose(const State& state, size_t call, Value* value, size_t output, const Done& done) {
    Node* node = value->producer();
    if (node && value->index() == output && node->graph() == state.order[0]->graph() &&
        TryNode(state, call, node, done)) {
      return true;
    }
    if (!calls_[call].optional) return false;
    State passed = state;
    passed.passed[call] = value;
    passed.goals.push_back({&calls_[call].inputs[0], value});
    return Solve(std::move(passed), done);
  }

  // The node as this call, with its inputs as given and, where that is the same, swapped.
  template <class Done>
  bool TryNode(const State& state, size_t call, Node* node, const Done& done) {
    if (!IsCandidate(calls_[call], *node)) return false;
    if (Contains(state.order, node)) return false;
    const auto& inputs = calls_[call].inputs;
    const bool swaps = inputs.size() == 2 && IsCommutative(*node);
    for (size_t swap = 0; swap <= (swaps ? 1 : 0); ++swap) {
      State next = state;
      next.nodes[call] = node;
      next.order.push_back(node);
      for (size_t i = inputs.size(); i-- > 0;) {
        next.goals.push_back({&inputs[i], node->input(i ^ swap)});
      }
      if (Solve(std::move(next), done)) return true;
    }
    return false;
  }

  // A result besides the root: some user of a value that is already bound.
  template <class Done>
  bool FindResult(const State& state, size_t call, const Done& done) {
    for (const Input& input : calls_[call].inputs) {
      const Value* bound = Bound(state, input);
      if (!bound) continue;
      const std::vector<Use> uses(bound->uses().begin(), bound->uses().end());
      for (const Use& use : uses) {
        if (use.node->graph() != state.order[0]->graph()) continue;
        if (TryNode(state, call, use.node, done)) return true;
      }
      return false;
    }
    return false;
  }

  const Value* Bound(const State& state, const Input& input) const {
    if (input.kind == Input::kName || input.kind == Input::kConstant) {
      return state.names[input.index];
    }
    if (input.kind != Input::kCall) return nullptr;
    const Node* node = state.nodes[input.index];
    if (!node) return state.passed[input.index];
    return input.output < node->num_outputs() ? node->output(input.output) : nullptr;
  }

  bool IsBoundTo(const State& state, const Input& input, const Value* value) const {
    return Bound(state, input) == value;
  }

  bool Check(State* state, const State::Goal& goal) const {
    const Input& input = *goal.input;
    Value* value = goal.value;
    if (!value) return input.optional;
    switch (input.kind) {
      case Input::kNumber:
        return IsNumber(value, input.number);
      case Input::kInts:
        return ConstantInts(value) == input.ints;
      case Input::kConstant:
        if (!value->constant()) return false;
        [[fallthrough]];
      case Input::kName:
        if (!state->names[input.index]) state->names[input.index] = value;
        return state->names[input.index] == value;
      default:
        return true;
    }
  }

  bool AreUsesInside(const State& state) const {
    for (size_t c = 0; c < calls_.size(); ++c) {
      const Node* node = state.nodes[c];
      if (!node || calls_[c].shared) continue;
      const size_t named = std::max<size_t>(1, calls_[c].outputs.size());
      for (size_t i = 0; i < node->num_outputs(); ++i) {
        const bool is_free = i < named && calls_[c].result;
        for (const Use& use : node->output(i)->uses()) {
          if (!is_free && (i >= named || !Contains(state.order, use.node))) return false;
        }
      }
    }
    return true;
  }

  const std::vector<Call>& calls_;
};

}  // namespace

Value* Match::operator[](std::string_view name) const {
  for (const auto& [key, value] : values_) {
    if (key == name) return value;
  }
  return nullptr;
}

Node* Match::node(std::string_view name) const {
  for (const auto& [key, node] : calls_) {
    if (key == name) return node;
  }
  return nullptr;
}

const std::vector<std::string>& Pattern::root_ops() const { return calls_.back().ops; }
const std::string& Pattern::root_domain() const { return calls_.back().domain; }

std::optional<Match> Pattern::At(Node* root) const {
  if (!IsCandidate(calls_.back(), *root)) return std::nullopt;
  State state;
  state.names.resize(names_.size());
  state.nodes.resize(calls_.size());
  state.passed.resize(calls_.size());
  if (!Search(*this).Start(root, &state)) return std::nullopt;
  Match match;
  match.nodes_ = std::move(state.order);
  for (size_t i = 0; i < names_.size(); ++i) match.values_.emplace_back(names_[i], state.names[i]);
  for (size_t c = 0; c < calls_.size(); ++c) {
    Node* node = state.nodes[c];
    const auto& outputs = calls_[c].outputs;
    for (size_t i = 0; i < outputs.size(); ++i) {
      Value* made = state.passed[c];
      if (node) made = i < node->num_outputs() ? node->output(i) : nullptr;
      match.values_.emplace_back(outputs[i], made);
    }
    if (!outputs.empty()) match.calls_.emplace_back(outputs[0], node);
  }
  return match;
}

void Replace(const Match& match, Value* value) {
  Value* output = match.root()->output();
  if (value->type.element == ElementType::kUndefined) value->type = output->type;
  output->ReplaceUses(value);
  std::vector<Node*> nodes = match.nodes();
  for (bool changed = true; changed;) {
    changed = false;
    for (Node*& node : nodes) {
      if (!node || node->has_uses()) continue;
      node->graph()->Erase(node);
      node = nullptr;
      changed = true;
    }
  }
}

namespace {

struct Indexed {
  std::vector<Pattern> patterns;
  std::unordered_map<std::string, std::vector<size_t>> by_op;
};

Node* FirstAfter(const Match& match) {
  Node* next = match.root()->next();
  while (next && Contains(match.nodes(), next)) next = next->next();
  return next;
}

int64_t Sweep(Graph* graph, const Indexed& index, const std::vector<Rule>& rules) {
  int64_t changes = 0;
  for (Node* node = graph->first(); node;) {
    for (Graph* inner : node->Subgraphs()) changes += Sweep(inner, index, rules);
    Node* next = node->next();
    const auto found = index.by_op.find(node->op());
    if (found != index.by_op.end()) {
      for (size_t i : found->second) {
        const std::optional<Match> match = index.patterns[i].At(node);
        if (!match) continue;
        Node* after = FirstAfter(*match);
        if (!rules[i].rewrite(*match)) continue;
        ++changes;
        next = after;
        break;
      }
    }
    node = next;
  }
  return changes;
}

}  // namespace

Result<int64_t> Rewrite(Model* model, const std::vector<Rule>& rules) {
  Indexed index;
  for (size_t i = 0; i < rules.size(); ++i) {
    MMDEPLOY_TRY(Pattern pattern, Pattern::Parse(rules[i].pattern));
    for (const std::string& op : pattern.root_ops()) index.by_op[op].push_back(i);
    index.patterns.push_back(std::move(pattern));
  }
  // Rules that undo each other would never end: whoever runs passes until nothing changes sees that
  // this one is not done.
  constexpr int kMaxSweeps = 50;
  int64_t total = 0;
  for (int i = 0; i < kMaxSweeps; ++i) {
    const int64_t changes = Sweep(model->graph(), index, rules);
    if (changes == 0) break;
    total += changes;
  }
  return total;
}

}  // namespace mmdeploy::graph
