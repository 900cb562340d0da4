#include <string>
#include <unordered_map>
#include <unordered_set>

#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/passes/scope.h"
#include "mmdeploy/graph/passes/shape_value.h"

// Computes sizes in the fewest steps (merge_shape_concate of the documentation):
//
//   s = Shape(x)                         s = Shape(x)
//   h = Gather(s, 2)                     c = Gather(s, {2,3})
//   h1 = Unsqueeze<axes=[0]>(h)          z = ConstantOfShape(c)
//   w = Gather(s, 3)
//   w1 = Unsqueeze<axes=[0]>(w)
//   c = Concat<axis=0>(h1, w1)
//   z = ConstantOfShape(c)
//
// and only once: sizes that the types prove equal are taken from where they were computed first.

namespace mmdeploy::graph {

namespace {

using Elements = std::vector<ShapeElement>;

// Neighbours that one Gather (or constant, if all are numbers) gives.
struct Piece {
  Value* shape = nullptr;       // of the Gather; nullptr for numbers
  std::vector<int64_t> values;  // places in `shape`, or numbers
};

// nullopt if an element comes from elsewhere.
std::optional<std::vector<Piece>> PiecesOf(const Elements& elements) {
  std::vector<Piece> pieces;
  for (const ShapeElement& element : elements) {
    const bool is_number = element.kind == ShapeElement::kNumber;
    if (!is_number && !element.shape) return std::nullopt;
    Value* shape = is_number ? nullptr : element.shape;
    if (pieces.empty() || pieces.back().shape != shape) pieces.push_back({shape, {}});
    pieces.back().values.push_back(is_number ? element.number
                                             : static_cast<int64_t>(element.place));
  }
  return pieces;
}

bool IsWholeShape(const Piece& piece) {
  if (!piece.shape || KnownDim(piece.shape, 0) != static_cast<int64_t>(piece.values.size())) {
    return false;
  }
  for (size_t i = 0; i < piece.values.size(); ++i) {
    if (piece.values[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

// Counts the nodes that would be dead without a node, itself included. What makes the kept pieces
// stays, and with it all that it is made from.
class DeadNodes {
 public:
  explicit DeadNodes(const std::vector<Piece>& kept) {
    for (const Piece& piece : kept) {
      if (piece.shape) kept_.insert(piece.shape->producer());
    }
  }

  int64_t Count(Node* node) {
    int64_t count = 1;
    for (size_t i = 0; i < node->num_inputs(); ++i) {
      Node* producer = node->input(i) ? node->input(i)->producer() : nullptr;
      if (!producer || producer->num_outputs() != 1 || kept_.count(producer)) continue;
      if (++uses_gone_[producer] == producer->output()->uses().size()) count += Count(producer);
    }
    return count;
  }

 private:
  std::unordered_set<const Node*> kept_;
  std::unordered_map<const Node*, size_t> uses_gone_;
};

Value* Build(const std::vector<Piece>& pieces, Node* node) {
  Graph* graph = node->graph();
  const std::string& like = node->output()->name();
  std::vector<Value*> parts;
  for (const Piece& piece : pieces) {
    if (!piece.shape) {
      parts.push_back(graph->AddConstant(TensorData::Vector(piece.values), like));
    } else if (IsWholeShape(piece)) {
      parts.push_back(piece.shape);
    } else {
      Value* places = graph->AddConstant(TensorData::Vector(piece.values), like);
      parts.push_back(graph->AddOp("Gather", {piece.shape, places}, node, like));
      parts.back()->type = node->output()->type;
      parts.back()->type.dims = Dims{Dim(static_cast<int64_t>(piece.values.size()))};
    }
  }
  if (parts.size() == 1) return parts[0];
  Value* joined = graph->AddOp("Concat", parts, node, like);
  joined->producer()->Set("axis", int64_t{0});
  joined->type = node->output()->type;
  return joined;
}

bool UseFewerNodes(Node* node, const Elements& elements) {
  const auto pieces = PiecesOf(elements);
  if (!pieces || pieces->empty()) return false;
  int64_t needed = pieces->size() > 1 ? 1 : 0;
  for (const Piece& piece : *pieces) needed += piece.shape && !IsWholeShape(piece) ? 1 : 0;
  if (pieces->size() == 1 && !CanServeUses(node->output(), pieces->front().shape)) return false;
  if (needed >= DeadNodes(*pieces).Count(node)) return false;
  ReplaceNode(node, Build(*pieces, node));
  return true;
}

// Equal for equal sizes; empty if an element is unknown.
std::string KeyOf(const Value& value, const Elements& elements) {
  std::string key = Name(value.type.element) + (*Rank(&value) == 0 ? "scalar" : "vector");
  for (const ShapeElement& element : elements) {
    if (element.kind == ShapeElement::kUnknown) return "";
    key += '|';
    if (element.kind == ShapeElement::kNumber) {
      key += std::to_string(element.number);
      continue;
    }
    const Dim& dim = (*element.of->type.dims)[element.axis];
    key += dim.is_symbol() ? "'" + dim.symbol()
                           : fmt::format("{}.{}", fmt::ptr(element.of), element.axis);
  }
  return key;
}

class Merger {
 public:
  int64_t Run(Graph* graph) {
    int64_t changes = 0;
    known_.Enter();
    for (Node* node : graph->Nodes()) {
      for (Graph* inner : node->Subgraphs()) changes += Run(inner);
      changes += Visit(node) ? 1 : 0;
    }
    known_.Leave();
    return changes;
  }

 private:
  bool Visit(Node* node) {
    if (!node->domain().empty() || node->num_outputs() != 1) return false;
    Value* output = node->output();
    if (output->type.element != ElementType::kInt64 || Rank(output).value_or(2) > 1) return false;
    const auto elements = ShapeElements(output);
    if (!elements || elements->empty()) return false;
    const std::string key = KeyOf(*output, *elements);
    if (!key.empty()) {
      if (Value** first = known_.Find(key); first && CanServeUses(output, *first)) {
        ReplaceNode(node, *first);
        return true;
      }
    }
    const bool is_vector = *Rank(output) == 1 && !node->Is("Shape") && !node->Is("Gather");
    if (is_vector && UseFewerNodes(node, *elements)) return true;
    if (!key.empty()) known_.Add(key, output);
    return false;
  }

  Scope<Value*> known_;
};

Result<int64_t> Run(Model* model) { return Merger().Run(model->graph()); }

}  // namespace

Pass merge_shapes_pass() {
  return {"merge_shapes", "compute sizes once and in the fewest steps", Run};
}

}  // namespace mmdeploy::graph
