#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/base/span.h"
#include "mmdeploy/graph/tensor_data.h"
#include "mmdeploy/graph/type.h"

// An ONNX model as pointers: values know who makes and who uses them, so that a change costs what
// it touches and never a search by name. Names matter for inputs, outputs and messages only.
//
// Not thread-safe. Everything is owned by the Model; pointers stay valid until the thing they point
// to is erased.

namespace mmdeploy::graph {

class Graph;
class Model;
class Node;

// One place where a value is read: input `index` of `node`. Outputs of a graph are the inputs of
// its `result()` node.
struct Use {
  Node* node = nullptr;
  size_t index = 0;
};

// What flows along an edge: an input of a graph, a constant (initializer), or an output of a node.
class Value {
 public:
  const std::string& name() const { return name_; }
  // Gives the value a name; a taken one gets a suffix. Names of inputs and outputs of a graph are
  // its interface, see Graph::Result.
  void set_name(const std::string& name);
  // Exchanges names, e.g. to keep the name of a value that another one replaces.
  void SwapName(Value* other) { name_.swap(other->name_); }

  // The graph in which it is defined. Nodes of inner graphs may use it as well.
  Graph* graph() const { return graph_; }
  // The node that makes it; nullptr for inputs and constants.
  Node* producer() const { return producer_; }
  // Which output of the producer it is.
  size_t index() const { return index_; }
  bool is_input() const { return !producer_ && !constant_; }

  // The elements of a constant, else nullptr. (Constant nodes are read as constants.)
  const TensorPtr& constant() const { return constant_; }

  Span<const Use> uses() const { return {uses_.data(), uses_.size()}; }
  bool has_uses() const { return !uses_.empty(); }
  // Whether it is an output of its graph (or of an inner one).
  bool is_output() const;
  // The only use, or nullptr if there is none or there are several.
  const Use* single_use() const { return uses_.size() == 1 ? &uses_[0] : nullptr; }

  // Lets all users (outputs of graphs included) read `other` instead. Order is not checked:
  // `other` must be defined before all of them.
  void ReplaceUses(Value* other);

  // What is known of it; kept up to date by whoever changes the graph.
  ValueType type;

 private:
  friend class Graph;
  friend class Node;

  std::string name_;
  Graph* graph_ = nullptr;
  Node* producer_ = nullptr;
  size_t index_ = 0;
  TensorPtr constant_;
  std::vector<Use> uses_;
};

// An attribute that we carry but do not read: a serialised onnx.AttributeProto.
struct OpaqueAttribute {
  std::shared_ptr<const std::string> bytes;
};

using AttributeValue =
    std::variant<int64_t, float, std::string, TensorPtr, std::unique_ptr<Graph>,
                 std::vector<int64_t>, std::vector<float>, std::vector<std::string>,
                 std::vector<TensorPtr>, std::vector<std::unique_ptr<Graph>>, OpaqueAttribute>;

struct Attribute {
  std::string name;
  AttributeValue value;
  std::string doc;
};

// One operator call.
class Node {
 public:
  const std::string& op() const { return op_; }
  // "" is the ONNX domain; "ai.onnx" is read as "".
  const std::string& domain() const { return domain_; }
  void set_op(std::string op, std::string domain = "");
  // Of the ONNX domain, with this operator.
  bool Is(std::string_view op) const { return domain_.empty() && op_ == op; }

  // May be empty or ambiguous: for messages use Describe.
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }

  Graph* graph() const { return graph_; }
  // Neighbours in execution order; nullptr at the ends.
  Node* next() const { return next_; }
  Node* prev() const { return prev_; }

  size_t num_inputs() const { return inputs_.size(); }
  // nullptr: an optional input that is left out, or beyond the last.
  Value* input(size_t index) const {
    return index < inputs_.size() ? inputs_[index].value : nullptr;
  }
  void SetInput(size_t index, Value* value);
  void AddInput(Value* value);
  // Removes inputs from `count` on.
  void TruncateInputs(size_t count);

  size_t num_outputs() const { return outputs_.size(); }
  // An optional output that is left out has an empty name and no uses.
  Value* output(size_t index = 0) const { return outputs_[index].get(); }
  Value* AddOutput(const std::string& name);
  // Whether any output is used.
  bool has_uses() const;

  const std::vector<Attribute>& attributes() const { return attributes_; }
  // nullptr if absent.
  const AttributeValue* Find(std::string_view name) const;
  AttributeValue* Find(std::string_view name);
  // The value of the type, or nullptr if absent or of another type.
  template <class T>
  const T* Get(std::string_view name) const {
    const AttributeValue* value = Find(name);
    return value ? std::get_if<T>(value) : nullptr;
  }
  template <class T>
  T* Get(std::string_view name) {
    AttributeValue* value = Find(name);
    return value ? std::get_if<T>(value) : nullptr;
  }
  // With defaults for an absent attribute (or one of another type: `Check` has told before).
  int64_t Int(std::string_view name, int64_t otherwise) const;
  float Float(std::string_view name, float otherwise) const;
  std::string String(std::string_view name, std::string_view otherwise) const;
  std::vector<int64_t> Ints(std::string_view name,
                            const std::vector<int64_t>& otherwise = {}) const;
  void Set(std::string name, AttributeValue value);
  void Unset(std::string_view name);
  void ClearAttributes() { attributes_.clear(); }

  // The graphs in its attributes, e.g. of If and Loop.
  std::vector<Graph*> Subgraphs() const;

  std::string doc;
  std::string overload;
  std::vector<std::pair<std::string, std::string>> metadata;

 private:
  friend class Graph;
  friend class Value;

  struct Input {
    Value* value = nullptr;
    size_t use = 0;  // where this input stands in value->uses_
  };

  Node() = default;
  void Link(size_t index, Value* value);
  void Unlink(size_t index);

  std::string op_, domain_, name_;
  Graph* graph_ = nullptr;
  Node* next_ = nullptr;
  Node* prev_ = nullptr;
  std::vector<Input> inputs_;
  std::vector<std::unique_ptr<Value>> outputs_;
  std::vector<Attribute> attributes_;
};

// Nodes in execution order, their inputs and outputs. A graph inside an attribute may use values of
// the graphs around it.
class Graph {
 public:
  Graph(Model* model, Graph* parent);
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Model* model() const { return model_; }
  // The graph whose node holds this one; nullptr for the model's graph.
  Graph* parent() const { return parent_; }

  // --- inputs and constants ---
  size_t num_inputs() const { return inputs_.size(); }
  Value* input(size_t index) const { return inputs_[index].get(); }
  Value* AddInput(const std::string& name, ValueType type);
  // It must have no uses.
  void RemoveInput(size_t index);
  // Initializers, and what Constant nodes of the file hold.
  const std::vector<std::unique_ptr<Value>>& constants() const { return constants_; }
  // A new constant; a taken name gets a suffix, an empty one becomes "constant".
  Value* AddConstant(TensorPtr data, const std::string& name = "");
  void SetConstant(Value* constant, TensorPtr data);
  // Removes all constants without uses.
  void RemoveUnusedConstants();

  // --- outputs ---
  // The node without operator whose inputs are the outputs of the graph. It is in no list.
  Node* result() const { return result_.get(); }
  size_t num_outputs() const { return result_->num_inputs(); }
  Value* output(size_t index) const { return result_->input(index); }
  // The names of the outputs are an interface of their own: whatever value serves an output, it is
  // saved under this name (by an Identity if it must keep its own).
  const std::string& output_name(size_t index) const { return output_names_[index]; }
  void AddOutput(Value* value, std::string name);
  void RemoveOutput(size_t index);
  void RenameOutput(size_t index, std::string name);

  // --- nodes ---
  Node* first() const { return first_; }
  Node* last() const { return last_; }
  size_t num_nodes() const { return num_nodes_; }
  // Adds a node before `before`, or at the end for nullptr. It has no outputs yet.
  Node* AddNode(std::string op, const std::vector<Value*>& inputs, Node* before = nullptr,
                std::string domain = "");
  // As above, with one output, whose name is made from `like` and whose type is not known yet.
  Value* AddOp(std::string op, const std::vector<Value*>& inputs, Node* before,
               std::string_view like);
  // Removes a node; its outputs must have no uses.
  void Erase(Node* node);
  // Moves a node before another of this graph (at the end for nullptr).
  void Move(Node* node, Node* before);
  // Takes a node out of its graph, an inner one of this graph, and puts it before `before`.
  void Adopt(Node* node, Node* before);

  // All nodes, safe against the erasure of the current one:
  //   for (Node* node : graph.Nodes()) ...
  class Range;
  Range Nodes() const;

  std::string name;
  std::string doc;
  std::vector<std::pair<std::string, std::string>> metadata;
  // Serialised onnx.TensorAnnotation, passed through.
  std::vector<std::string> quantization_annotations;

 private:
  friend class Value;
  friend class Node;

  void LinkNode(Node* node, Node* before);
  void UnlinkNode(Node* node);

  Model* model_;
  Graph* parent_;
  std::vector<std::unique_ptr<Value>> inputs_;
  std::vector<std::unique_ptr<Value>> constants_;
  std::unique_ptr<Node> result_;
  std::vector<std::string> output_names_;
  Node* first_ = nullptr;
  Node* last_ = nullptr;
  size_t num_nodes_ = 0;
};

class Graph::Range {
 public:
  class Iterator {
   public:
    explicit Iterator(Node* node) : node_(node), next_(node ? node->next() : nullptr) {}
    Node* operator*() const { return node_; }
    Iterator& operator++() {
      *this = Iterator(next_);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return node_ != other.node_; }

   private:
    Node* node_;
    Node* next_;
  };
  explicit Range(Node* first) : first_(first) {}
  Iterator begin() const { return Iterator(first_); }
  Iterator end() const { return Iterator(nullptr); }

 private:
  Node* first_;
};

inline Graph::Range Graph::Nodes() const { return Range(first_); }

// A whole file: the graph and what stands beside it.
class Model {
 public:
  Model();
  ~Model();
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  Graph* graph() const { return graph_.get(); }

  // Version of the operator set of a domain; 0 if it is not imported.
  int64_t opset(std::string_view domain = "") const;
  void set_opset(std::string domain, int64_t version);
  // In the order of the file.
  const std::vector<std::pair<std::string, int64_t>>& opsets() const { return opsets_; }

  // A name that no value of the model has: `base`, or `base` with a number.
  std::string UniqueName(std::string_view base);
  // Makes room for this many more names.
  void ReserveNames(size_t count) { names_.reserve(names_.size() + count); }
  // Keeps a name from being given.
  void ReserveName(const std::string& name) { names_.try_emplace(name, 1); }
  // Lets a name be given again; nothing may have it.
  void ReleaseName(const std::string& name) { names_.erase(name); }

  int64_t ir_version = 8;
  // Constants are listed among the inputs as well (PyTorch's keep_initializers_as_inputs, and what
  // files before IR version 4 must do). They are constants all the same.
  bool initializers_as_inputs = false;
  std::string producer_name, producer_version, domain, doc;
  int64_t model_version = 0;
  std::vector<std::pair<std::string, std::string>> metadata;
  // Serialised onnx.FunctionProto and onnx.TrainingInfoProto, passed through.
  std::vector<std::string> functions, training_info;

 private:
  std::vector<std::pair<std::string, int64_t>> opsets_;
  // Every name that was ever given, with the next number to try behind it. Names are not used
  // again: those of outputs stay reserved.
  std::unordered_map<std::string, size_t> names_;
  std::unique_ptr<Graph> graph_;
};

// For messages: "node 'Conv_3' (Conv)", "node 12 (mmdeploy::NMSRotated) making 'dets'"; the number
// is the position in its graph.
std::string Describe(const Node& node);

// Calls `f(Node*)` for all nodes of a graph and of the graphs inside it, outer ones first.
template <class F>
void ForEachNode(Graph* graph, F&& f) {
  for (Node* node : graph->Nodes()) {
    f(node);
    for (Graph* inner : node->Subgraphs()) ForEachNode(inner, f);
  }
}

// Nodes of a graph and of those inside it.
size_t CountNodes(const Graph& graph);

// The integers of a constant input, e.g. the `axes` of Unsqueeze-13; nullopt if it is not constant
// or not of integers.
std::optional<std::vector<int64_t>> ConstantInts(const Value* value);
// The number of a constant of one element.
std::optional<double> ConstantNumber(const Value* value);

}  // namespace mmdeploy::graph
