#include <algorithm>
#include <cmath>
#include <set>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/fuse/view.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/topology.h"

// MultiHeadAttention for its parts:
//
//   a = Softmax(MatMul(q, k) * scale + mask)
//   y = MatMul(MatMul(a, v), wo) + bo
//
// where q, k, v are views (see view.h) of products of sequences with constants: packed into one
// product or of several, indexed, sliced or split, the heads before or behind what they are made
// of, factors anywhere.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

using Numbers = std::vector<float>;

std::optional<Numbers> NumbersOf(const Value* value, size_t rank) {
  if (!value || !value->constant() || value->constant()->rank() != rank) return {};
  auto numbers = Floats(value);
  return numbers ? std::optional(std::move(*numbers)) : std::nullopt;
}

// A constant along the last dimension, which adds no dimensions to `x`.
std::optional<Numbers> RowOf(const Value* value, const Value* x) {
  if (!value || !value->constant() || !x || !x->type.dims) return {};
  const std::vector<int64_t>& dims = value->constant()->dims();
  if (dims.empty() || dims.size() > x->type.dims->size()) return {};
  if (!std::all_of(dims.begin(), dims.end() - 1, [](int64_t d) { return d == 1; })) return {};
  return NumbersOf(value, dims.size());
}

// Rows of a matrix, one for each output, with a summand each, and what they multiply.
struct Projection {
  Value* x = nullptr;
  int64_t inputs = 0;
  Numbers rows, bias;

  int64_t outputs() const { return static_cast<int64_t>(bias.size()); }
};

// Of a constant [inputs,outputs], or the other way round.
std::optional<Projection> FromMatrix(Value* x, const Value* matrix, bool transposed) {
  auto numbers = NumbersOf(matrix, 2);
  if (!numbers) return {};
  const std::vector<int64_t>& dims = matrix->constant()->dims();
  const int64_t outputs = dims[transposed ? 0 : 1];
  Projection p = {x, dims[transposed ? 1 : 0], {}, Numbers(static_cast<size_t>(outputs), 0)};
  p.rows = transposed ? std::move(*numbers) : Transposed(*numbers, p.inputs, outputs);
  return p;
}

std::optional<Projection> AddBias(std::optional<Projection> p, const Value* bias, const Value* x) {
  const auto numbers = RowOf(bias, x);
  if (!p || !numbers || numbers->size() != p->bias.size()) return {};
  for (size_t i = 0; i < numbers->size(); ++i) p->bias[i] += (*numbers)[i];
  return p;
}

std::optional<Projection> FromGemm(const Node& node) {
  if (node.Int("transA", 0) != 0 || node.Float("alpha", 1) != 1 || node.Float("beta", 1) != 1) {
    return {};
  }
  auto p = FromMatrix(node.input(0), node.input(1), node.Int("transB", 0) != 0);
  return node.input(2) ? AddBias(std::move(p), node.input(2), node.output()) : p;
}

// How a value is made from another one by a constant matrix.
std::optional<Projection> Project(const Value* value) {
  const Node* node = value->producer();
  if (!node) return {};
  if (node->Is("MatMul")) return FromMatrix(node->input(0), node->input(1), false);
  if (node->Is("Gemm")) return FromGemm(*node);
  if (!node->Is("Add")) return {};
  for (const size_t side : {1, 0}) {
    const Value* product = node->input(1 - side);
    if (!product || !product->producer() || product->producer()->Is("Add")) continue;
    if (!RowOf(node->input(side), product)) continue;
    return AddBias(Project(product), node->input(side), product);
  }
  return {};
}

// [1,T,E] behind an exchange of T and the batch, where there is one.
Value* BatchFirst(Value* x) {
  const Node* node = x->producer();
  const bool exchanged = node && node->Is("Transpose") &&
                         node->Ints("perm") == std::vector<int64_t>{1, 0, 2} &&
                         graph::KnownDim(node->input(0), 0) == 1;
  return exchanged ? node->input(0) : x;
}

// Whether a value is a sequence, [1,T,E], [T,1,E] or [T,E], so that its blob can be one.
bool IsRows(const Value& x) {
  if (!x.type.dims) return false;
  return IsSequence(x) || (x.type.dims->size() == 2 && BlobRank(x) == 2);
}

// Query, key or value.
struct Heads {
  Projection projection;  // outputs by heads
  int64_t count = 0;
  double scale = 1;
  std::vector<Atoms> leading;
};

// Whether all axes but `kept` and the last one have one element.
bool IsOneBut(const Value& value, std::optional<size_t> kept) {
  const graph::Dims& dims = *value.type.dims;
  for (size_t axis = 0; axis + 1 < dims.size(); ++axis) {
    if (axis != kept && dims[axis] != graph::Dim(1)) return false;
  }
  return true;
}

// Whether the atoms are the positions of the sequence that the base of the view is.
bool IsSequenceAxis(const View& view, const Atoms& atoms) {
  if (atoms.empty()) return IsOneBut(*view.base, {});
  const size_t axis = atoms[0].axis;
  return axis + 1 < view.offsets.size() && IsWholeAxis(view, atoms, axis) &&
         IsOneBut(*view.base, axis);
}

Projection Select(const Projection& from, const std::vector<int64_t>& rows, int64_t offset) {
  Projection to = {from.x, from.inputs, {}, {}};
  for (int64_t row : rows) {
    const auto begin = from.rows.begin() + (offset + row) * from.inputs;
    to.rows.insert(to.rows.end(), begin, begin + from.inputs);
    to.bias.push_back(from.bias[static_cast<size_t>(offset + row)]);
  }
  return to;
}

std::optional<Heads> HeadsOf(Value* value, bool transposed) {
  const auto view = ViewOf(value);
  if (!view || view->dims.size() < 2) return {};
  const auto projection = Project(view->base);
  if (!projection || !projection->x || view->base->type.dims->empty()) return {};
  const size_t last = view->dims.size() - 1;
  if (!IsSequenceAxis(*view, view->dims[transposed ? last : last - 1])) return {};
  Heads heads;
  heads.scale = view->scale;
  heads.leading.assign(view->dims.begin(), view->dims.end() - 2);
  Atoms atoms;
  heads.count = 1;
  for (const Atoms& dim : heads.leading) {
    for (const Atom& atom : dim) heads.count *= atom.size;
    atoms.insert(atoms.end(), dim.begin(), dim.end());
  }
  const Atoms& parts = view->dims[transposed ? last - 1 : last];
  atoms.insert(atoms.end(), parts.begin(), parts.end());
  const size_t feature = view->offsets.size() - 1;
  const auto rows = Positions(atoms, feature);
  if (!rows) return {};
  heads.projection = Select(*projection, *rows, view->offsets[feature]);
  heads.projection.x = BatchFirst(heads.projection.x);
  if (!IsRows(*heads.projection.x)) return {};
  return heads;
}

bool IsLastAxis(const Node& softmax) {
  const auto rank = static_cast<int64_t>(graph::Rank(softmax.input(0)).value_or(0));
  const int64_t otherwise = softmax.graph()->model()->opset() < 13 ? 1 : -1;
  const int64_t axis = softmax.Int("axis", otherwise);
  return rank >= 2 && (axis == -1 || axis == rank - 1);
}

// What stands between the first product and the Softmax.
struct Scores {
  const Node* product = nullptr;
  double scale = 1;
  const Value* mask = nullptr;
};

std::optional<Scores> ScoresOf(const Node& softmax) {
  Scores scores;
  const Value* value = softmax.input(0);
  while (value && value->producer() && value->single_use()) {
    const Node& node = *value->producer();
    if (node.Is("MatMul")) {
      scores.product = &node;
      return scores;
    }
    const bool adds = node.Is("Add") && !scores.mask && scores.scale == 1;
    if (!adds && !node.Is("Mul") && !node.Is("Div")) return {};
    const size_t side = node.input(1) && node.input(1)->constant() ? 1 : 0;
    const Value* constant = node.input(side);
    if (!constant || !constant->constant() || (node.Is("Div") && side == 0)) return {};
    value = node.input(1 - side);
    if (!graph::BroadcastsInto(constant, value)) return {};
    if (adds) {
      scores.mask = constant;
      continue;
    }
    const auto factor = graph::ConstantNumber(constant);
    if (!factor || *factor == 0) return {};
    scores.scale *= node.Is("Div") ? 1 / *factor : *factor;
  }
  return {};
}

// The product behind the views of `attended`, and its summand.
struct Output {
  Value* value = nullptr;  // what attention and output projection make
  Value* input = nullptr;  // of the product
  std::optional<Projection> projection;
};

Output OutputOf(Value* attended) {
  Output output;
  output.input = attended;
  Node* node = OnlyUser(attended);
  while (node && !node->Is("MatMul") && !node->Is("Gemm")) {
    const bool views = node->Is("Reshape") || node->Is("Transpose") || node->Is("Flatten") ||
                       node->Is("Squeeze") || node->Is("Unsqueeze") || node->Is("Identity") ||
                       node->Is("Mul") || node->Is("Div");
    if (!views || node->input(0) != output.input) return {};
    output.input = node->output();
    node = OnlyUser(output.input);
  }
  if (!node || node->input(0) != output.input) return {};
  output.value = node->output();
  output.projection = Project(output.value);
  Node* add = OnlyUser(output.value);
  if (!output.projection || !add || !add->Is("Add")) return output;
  const size_t side = add->input(0) == output.value ? 1 : 0;
  if (auto with_bias = AddBias(output.projection, add->input(side), output.value)) {
    output.projection = std::move(with_bias);
    output.value = add->output();
  }
  return output;
}

// By number of an input of the output projection, the number of the head's element, heads first.
std::optional<std::vector<int64_t>> HeadOrder(const View& view) {
  const graph::Dims& base = *view.base->type.dims;
  const size_t rank = base.size();
  Atoms others;
  for (size_t i = 0; i + 1 < view.dims.size(); ++i) {
    others.insert(others.end(), view.dims[i].begin(), view.dims[i].end());
  }
  if (rank < 2 || !IsWholeAxis(view, others, rank - 2)) return {};
  std::vector<int64_t> steps(rank, 0);  // elements by one along an axis
  int64_t step = 1;
  for (size_t axis = rank; axis-- > 0;) {
    if (axis == rank - 2) continue;
    if (!base[axis].is_known() || view.offsets[axis] != 0) return {};
    steps[axis] = step;
    step *= base[axis].value();
  }
  Atoms flat;
  for (Atom atom : view.dims.back()) {
    if (atom.axis == rank - 2) return {};
    atom.stride *= steps[atom.axis];
    atom.axis = 0;
    flat.push_back(atom);
  }
  auto order = Positions(flat, 0);
  if (!order || static_cast<int64_t>(order->size()) != step) return {};
  if (std::set<int64_t>(order->begin(), order->end()).size() != order->size()) return {};
  return order;
}

// Rows of the output projection with inputs by heads.
Projection Reorder(const Projection& from, const std::vector<int64_t>& order, double scale) {
  Projection to = from;
  const int64_t inputs = from.inputs;
  for (int64_t o = 0; o < from.outputs(); ++o) {
    for (int64_t i = 0; i < inputs; ++i) {
      to.rows[o * inputs + order[static_cast<size_t>(i)]] =
          from.rows[o * inputs + i] * static_cast<float>(scale);
    }
  }
  return to;
}

void Scale(double scale, Projection* projection) {
  for (float& number : projection->rows) number *= static_cast<float>(scale);
  for (float& number : projection->bias) number *= static_cast<float>(scale);
}

class Attention {
 public:
  explicit Attention(Node* softmax) : softmax_(softmax) {}

  bool Fuse() { return ReadScores() && ReadValues() && ReadOutput() && IsConsistent() && Emit(); }

 private:
  bool ReadScores() {
    if (!IsLastAxis(*softmax_)) return false;
    const auto scores = ScoresOf(*softmax_);
    if (!scores) return false;
    query_ = HeadsOf(scores->product->input(0), false);
    key_ = HeadsOf(scores->product->input(1), true);
    if (!query_ || !key_) return false;
    scale_ = scores->scale * query_->scale * key_->scale;
    return !scores->mask || ReadMask(*scores->mask, *scores->product->output());
  }

  // [..,Tq,Tk], the same for all heads or one for each.
  bool ReadMask(const Value& mask, const Value& scores) {
    std::vector<int64_t> dims = mask.constant()->dims();
    const size_t rank = scores.type.dims ? scores.type.dims->size() : 0;
    if (dims.size() < 2 || rank < 2) return false;
    for (size_t i = 1; i <= 2; ++i) {
      if (graph::KnownDim(&scores, rank - i) != dims[dims.size() - i]) return false;
    }
    int64_t masks = 1;
    for (size_t i = 0; i + 2 < dims.size(); ++i) masks *= dims[i];
    if (masks != 1 && masks != query_->count) return false;
    dims.erase(dims.begin(), dims.end() - 2);
    if (masks > 1) dims.insert(dims.begin(), masks);
    auto numbers = Floats(&mask);
    if (!numbers) return false;
    mask_ = std::move(*numbers);
    mask_dims_ = std::move(dims);
    return true;
  }

  bool ReadValues() {
    const Node* product = OnlyUser(softmax_->output());
    if (!product || !product->Is("MatMul") || product->input(0) != softmax_->output()) return false;
    attended_ = product->output();
    value_ = HeadsOf(product->input(1), false);
    if (!value_) return false;
    Scale(value_->scale, &value_->projection);
    return attended_->type.dims.has_value();
  }

  bool ReadOutput() {
    output_ = OutputOf(attended_);
    if (!output_.value || !output_.projection || !output_.value->type.dims) return false;
    const auto view = ViewOf(output_.input);
    if (!view || view->base != attended_) return false;
    const auto order = HeadOrder(*view);
    if (!order || static_cast<int64_t>(order->size()) != output_.projection->inputs) return false;
    output_.projection = Reorder(*output_.projection, *order, view->scale);
    return true;
  }

  // ncnn has one number of heads, one size for all heads, and as many outputs as query inputs.
  bool IsConsistent() const {
    const int64_t size = query_->projection.outputs();
    const auto leading = [](const Heads& heads) {
      std::vector<int64_t> sizes;
      for (const Atoms& atoms : heads.leading) {
        sizes.push_back(1);
        for (const Atom& atom : atoms) sizes.back() *= atom.size;
      }
      return sizes;
    };
    return size % query_->count == 0 && key_->projection.outputs() == size &&
           value_->projection.outputs() == size && leading(*key_) == leading(*query_) &&
           leading(*value_) == leading(*query_) && output_.projection->inputs == size &&
           output_.projection->outputs() == query_->projection.inputs && scale_ > 0;
  }

  bool Emit() {
    graph::Graph* graph = softmax_->graph();
    std::vector<Value*> inputs = {query_->projection.x, key_->projection.x, value_->projection.x};
    for (const Projection* p :
         {&query_->projection, &key_->projection, &value_->projection, &*output_.projection}) {
      inputs.push_back(AddFloats(graph, {p->outputs(), p->inputs}, p->rows));
      inputs.push_back(AddFloats(graph, {p->outputs()}, p->bias));
    }
    if (!mask_.empty()) inputs.push_back(AddFloats(graph, mask_dims_, mask_));
    Value* y = output_.value;
    Node* old = y->producer();
    const graph::Dims dims = {1, TokensOf(*query_->projection.x), output_.projection->outputs()};
    Value* made = AddNcnn("MultiHeadAttention", inputs, dims, old, y->name());
    Node* node = made->producer();
    node->set_name(old->name());
    node->Set("embed_dim", query_->projection.outputs());
    node->Set("num_heads", query_->count);
    node->Set("scale", static_cast<float>(scale_));
    if (!IsFirst(*y)) made = AddReshape(made, *y->type.dims, old, y->name());
    y->ReplaceUses(made);
    return true;
  }

  // [1,T,E]
  static bool IsFirst(const Value& y) {
    return y.type.dims->size() == 3 && (*y.type.dims)[0] == graph::Dim(1);
  }

  static graph::Dim TokensOf(const Value& x) {
    const graph::Dims& dims = *x.type.dims;
    return dims.size() == 3 && dims[0] == graph::Dim(1) ? dims[1] : dims[0];
  }

  Node* softmax_;
  std::optional<Heads> query_, key_, value_;
  double scale_ = 1;
  Numbers mask_;
  std::vector<int64_t> mask_dims_;
  Value* attended_ = nullptr;
  Output output_;
};

}  // namespace

Result<int64_t> fuse_attention(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) {
    if (node->Is("Softmax") && node->input(0)) count += Attention(node).Fuse();
  }
  // What is left of them would count as users of what they share with others.
  if (count > 0) graph::RemoveDeadCode(model);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
