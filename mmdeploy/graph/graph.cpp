#include "mmdeploy/graph/graph.h"

#include <algorithm>
#include <utility>

namespace mmdeploy::graph {

// ---------------------------------------------------------------------------------------- Value

void Value::set_name(const std::string& name) { name_ = graph_->model()->UniqueName(name); }

bool Value::is_output() const {
  return std::any_of(uses_.begin(), uses_.end(),
                     [](const Use& use) { return use.node == use.node->graph()->result(); });
}

void Value::ReplaceUses(Value* other) {
  if (other == this) return;
  while (!uses_.empty()) {
    const Use use = uses_.back();
    use.node->SetInput(use.index, other);
  }
}

// ----------------------------------------------------------------------------------------- Node

void Node::set_op(std::string op, std::string domain) {
  op_ = std::move(op);
  domain_ = std::move(domain);
}

void Node::Link(size_t index, Value* value) {
  inputs_[index].value = value;
  if (!value) return;
  inputs_[index].use = value->uses_.size();
  value->uses_.push_back({this, index});
}

// The last use takes the place of the removed one, so that no list is ever searched.
void Node::Unlink(size_t index) {
  Value* value = inputs_[index].value;
  if (!value) return;
  const size_t place = inputs_[index].use;
  const Use last = value->uses_.back();
  value->uses_[place] = last;
  value->uses_.pop_back();
  last.node->inputs_[last.index].use = place;
  inputs_[index].value = nullptr;
}

void Node::SetInput(size_t index, Value* value) {
  while (index >= inputs_.size()) inputs_.emplace_back();
  Unlink(index);
  Link(index, value);
}

void Node::AddInput(Value* value) {
  inputs_.emplace_back();
  Link(inputs_.size() - 1, value);
}

void Node::TruncateInputs(size_t count) {
  while (inputs_.size() > count) {
    Unlink(inputs_.size() - 1);
    inputs_.pop_back();
  }
}

Value* Node::AddOutput(const std::string& name) {
  auto value = std::make_unique<Value>();
  value->graph_ = graph_;
  value->producer_ = this;
  value->index_ = outputs_.size();
  if (!name.empty()) value->name_ = graph_->model()->UniqueName(name);
  outputs_.push_back(std::move(value));
  return outputs_.back().get();
}

bool Node::has_uses() const {
  return std::any_of(outputs_.begin(), outputs_.end(),
                     [](const auto& output) { return output->has_uses(); });
}

const AttributeValue* Node::Find(std::string_view name) const {
  for (const Attribute& attribute : attributes_) {
    if (attribute.name == name) return &attribute.value;
  }
  return nullptr;
}

AttributeValue* Node::Find(std::string_view name) {
  return const_cast<AttributeValue*>(std::as_const(*this).Find(name));
}

int64_t Node::Int(std::string_view name, int64_t otherwise) const {
  const auto* value = Get<int64_t>(name);
  return value ? *value : otherwise;
}

float Node::Float(std::string_view name, float otherwise) const {
  const auto* value = Get<float>(name);
  return value ? *value : otherwise;
}

std::string Node::String(std::string_view name, std::string_view otherwise) const {
  const auto* value = Get<std::string>(name);
  return value ? *value : std::string(otherwise);
}

std::vector<int64_t> Node::Ints(std::string_view name,
                                const std::vector<int64_t>& otherwise) const {
  const auto* value = Get<std::vector<int64_t>>(name);
  return value ? *value : otherwise;
}

void Node::Set(std::string name, AttributeValue value) {
  if (AttributeValue* found = Find(name)) {
    *found = std::move(value);
  } else {
    attributes_.push_back({std::move(name), std::move(value), ""});
  }
}

void Node::Unset(std::string_view name) {
  attributes_.erase(std::remove_if(attributes_.begin(), attributes_.end(),
                                   [&](const Attribute& a) { return a.name == name; }),
                    attributes_.end());
}

std::vector<Graph*> Node::Subgraphs() const {
  std::vector<Graph*> graphs;
  for (const Attribute& attribute : attributes_) {
    if (const auto* one = std::get_if<std::unique_ptr<Graph>>(&attribute.value)) {
      graphs.push_back(one->get());
    } else if (const auto* many =
                   std::get_if<std::vector<std::unique_ptr<Graph>>>(&attribute.value)) {
      for (const auto& graph : *many) graphs.push_back(graph.get());
    }
  }
  return graphs;
}

// ---------------------------------------------------------------------------------------- Graph

Graph::Graph(Model* model, Graph* parent) : model_(model), parent_(parent) {
  result_.reset(new Node());
  result_->graph_ = this;
}

// Inner graphs read values of this one, so all links go before any value does.
Graph::~Graph() {
  result_->TruncateInputs(0);
  for (Node* node = first_; node; node = node->next_) {
    node->TruncateInputs(0);
    node->ClearAttributes();
  }
  while (first_) {
    Node* node = first_;
    first_ = node->next_;
    delete node;
  }
}

Value* Graph::AddInput(const std::string& name, ValueType type) {
  auto value = std::make_unique<Value>();
  value->graph_ = this;
  value->name_ = model_->UniqueName(name);
  value->type = std::move(type);
  inputs_.push_back(std::move(value));
  return inputs_.back().get();
}

void Graph::RemoveInput(size_t index) {
  inputs_.erase(inputs_.begin() + static_cast<std::ptrdiff_t>(index));
}

Value* Graph::AddConstant(TensorPtr data, const std::string& name) {
  auto value = std::make_unique<Value>();
  value->graph_ = this;
  value->name_ = model_->UniqueName(name.empty() ? "constant" : name);
  value->type = data->value_type();
  value->constant_ = std::move(data);
  constants_.push_back(std::move(value));
  return constants_.back().get();
}

void Graph::SetConstant(Value* constant, TensorPtr data) {
  constant->type = data->value_type();
  constant->constant_ = std::move(data);
}

void Graph::RemoveUnusedConstants() {
  constants_.erase(std::remove_if(constants_.begin(), constants_.end(),
                                  [](const auto& value) { return !value->has_uses(); }),
                   constants_.end());
}

void Graph::AddOutput(Value* value, std::string name) {
  result_->AddInput(value);
  // Outputs of inner graphs go by position: a value of an outer graph keeps its name to itself.
  if (parent_ && value && value->graph() != this) name = model_->UniqueName(name);
  model_->ReserveName(name);
  output_names_.push_back(std::move(name));
}

void Graph::RenameOutput(size_t index, std::string name) {
  model_->ReserveName(name);
  output_names_[index] = std::move(name);
}

void Graph::RemoveOutput(size_t index) {
  for (size_t i = index; i + 1 < num_outputs(); ++i) result_->SetInput(i, result_->input(i + 1));
  result_->TruncateInputs(num_outputs() - 1);
  output_names_.erase(output_names_.begin() + static_cast<std::ptrdiff_t>(index));
}

void Graph::LinkNode(Node* node, Node* before) {
  node->graph_ = this;
  node->next_ = before;
  node->prev_ = before ? before->prev_ : last_;
  (node->prev_ ? node->prev_->next_ : first_) = node;
  (before ? before->prev_ : last_) = node;
  ++num_nodes_;
}

void Graph::UnlinkNode(Node* node) {
  (node->prev_ ? node->prev_->next_ : first_) = node->next_;
  (node->next_ ? node->next_->prev_ : last_) = node->prev_;
  node->prev_ = node->next_ = nullptr;
  --num_nodes_;
}

Node* Graph::AddNode(std::string op, const std::vector<Value*>& inputs, Node* before,
                     std::string domain) {
  Node* node = new Node();
  node->set_op(std::move(op), std::move(domain));
  LinkNode(node, before);
  node->inputs_.reserve(inputs.size());
  for (Value* input : inputs) node->AddInput(input);
  return node;
}

Value* Graph::AddOp(std::string op, const std::vector<Value*>& inputs, Node* before,
                    std::string_view like) {
  return AddNode(std::move(op), inputs, before)->AddOutput(std::string(like));
}

void Graph::Erase(Node* node) {
  UnlinkNode(node);
  node->TruncateInputs(0);
  delete node;
}

void Graph::Move(Node* node, Node* before) {
  if (node == before) return;
  UnlinkNode(node);
  LinkNode(node, before);
}

void Graph::Adopt(Node* node, Node* before) {
  node->graph_->UnlinkNode(node);
  LinkNode(node, before);
  for (const auto& output : node->outputs_) output->graph_ = this;
  for (Graph* inner : node->Subgraphs()) inner->parent_ = this;
}

// ---------------------------------------------------------------------------------------- Model

Model::Model() : graph_(std::make_unique<Graph>(this, nullptr)) {}
Model::~Model() = default;

int64_t Model::opset(std::string_view domain) const {
  for (const auto& [name, version] : opsets_) {
    if (name == domain) return version;
  }
  return 0;
}

void Model::set_opset(std::string domain, int64_t version) {
  for (auto& [name, old] : opsets_) {
    if (name == domain) {
      old = version;
      return;
    }
  }
  opsets_.emplace_back(std::move(domain), version);
}

std::string Model::UniqueName(std::string_view base) {
  auto [place, is_new] = names_.try_emplace(std::string(base), 1);
  if (is_new) return std::string(base);
  for (;;) {
    std::string name = std::string(base) + "_" + std::to_string(place->second++);
    if (!names_.count(name)) {
      names_.emplace(name, 1);
      return name;
    }
  }
}

// ------------------------------------------------------------------------------------ functions

std::string Describe(const Node& node) {
  const std::string op = node.domain().empty() ? node.op() : node.domain() + "::" + node.op();
  if (!node.name().empty()) return fmt::format("node '{}' ({})", node.name(), op);
  size_t position = 0;
  for (const Node* other = node.prev(); other; other = other->prev()) ++position;
  std::string made;
  for (size_t i = 0; i < node.num_outputs() && made.empty(); ++i) made = node.output(i)->name();
  return fmt::format("node {} ({}) making '{}'", position, op, made);
}

size_t CountNodes(const Graph& graph) {
  size_t count = 0;
  for (Node* node : graph.Nodes()) {
    ++count;
    for (const Graph* inner : node->Subgraphs()) count += CountNodes(*inner);
  }
  return count;
}

std::optional<std::vector<int64_t>> ConstantInts(const Value* value) {
  if (!value || !value->constant()) return std::nullopt;
  if (value->type.element == ElementType::kBool) return std::nullopt;
  return value->constant()->Integers();
}

std::optional<double> ConstantNumber(const Value* value) {
  if (!value || !value->constant() || value->constant()->num_elements() != 1) return std::nullopt;
  std::optional<std::vector<double>> numbers = value->constant()->Numbers();
  return numbers ? std::optional(numbers->front()) : std::nullopt;
}

}  // namespace mmdeploy::graph
