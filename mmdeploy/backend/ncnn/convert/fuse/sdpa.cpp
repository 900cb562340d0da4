#include <algorithm>
#include <numeric>

#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/topology.h"

// Attention whose query, key and value are computed in ways that MultiHeadAttention does not know,
// in windows for example:
//
//   a = Softmax(MatMul(q, Transpose(k)) * scale + mask)      y = ncnn::SDPA(q, k, v, mask)
//   y = MatMul(a, v)

namespace mmdeploy::ncnn_convert {

using graph::Dims;
using graph::Node;
using graph::Value;

namespace {

using Sizes = std::vector<int64_t>;

std::optional<Sizes> SizesOf(const Value* value) {
  return value && value->type.dims ? graph::KnownDims(*value->type.dims) : std::nullopt;
}

int64_t Product(const Sizes& sizes, size_t begin, size_t end) {
  return std::accumulate(sizes.begin() + static_cast<int64_t>(begin),
                         sizes.begin() + static_cast<int64_t>(end), int64_t{1},
                         std::multiplies<int64_t>());
}

// Numbers that are added to the scores of all heads and windows.
struct Mask {
  bool is_one = true;  // the same for all of them
  std::vector<float> values;
};

// The constant repeated to `dims`; nothing if it does not fit.
std::optional<std::vector<float>> Repeat(const Value& constant, const Sizes& dims) {
  const auto floats = Floats(&constant);
  const Sizes& from = constant.constant()->dims();
  if (!floats || from.size() > dims.size()) return {};
  const size_t missing = dims.size() - from.size();
  std::vector<size_t> indices = {0};
  size_t step = floats->size();
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t size = i < missing ? 1 : from[i - missing];
    if (size != 1 && size != dims[i]) return {};
    step /= static_cast<size_t>(size);
    std::vector<size_t> next;
    next.reserve(indices.size() * static_cast<size_t>(dims[i]));
    for (const size_t index : indices) {
      for (int64_t k = 0; k < dims[i]; ++k) {
        next.push_back(index + (size == 1 ? 0 : static_cast<size_t>(k) * step));
      }
    }
    indices = std::move(next);
  }
  std::vector<float> result;
  result.reserve(indices.size());
  for (const size_t index : indices) result.push_back((*floats)[index]);
  return result;
}

// Whether the dimensions before the last two of a constant are all 1.
bool IsOneMask(const Value& constant) {
  const Sizes& dims = constant.constant()->dims();
  return dims.size() <= 2 ||
         std::all_of(dims.begin(), dims.end() - 2, [](int64_t d) { return d == 1; });
}

// What stands between the first product and the Softmax, from the latter on.
class Scores {
 public:
  bool Read(const Node& softmax) {
    const Value* value = softmax.input(0);
    const auto dims = SizesOf(value);
    while (value && value->single_use() && value->producer()) {
      const Node& node = *value->producer();
      if (node.Is("MatMul")) {
        product_ = &node;
        return true;
      }
      value = node.Is("Reshape") ? Regroup(node, dims) : Take(node);
    }
    return false;
  }

  const Node& product() const { return *product_; }
  double scale() const { return scale_; }
  const std::optional<Mask>& mask() const { return mask_; }

 private:
  // Other heads and windows, the same rows and columns.
  static const Value* Regroup(const Node& node, const std::optional<Sizes>& scores) {
    const auto from = SizesOf(node.input(0));
    if (!from || !scores || from->size() < 2 || scores->size() < 2) return nullptr;
    return std::equal(from->end() - 2, from->end(), scores->end() - 2) ? node.input(0) : nullptr;
  }

  const Value* Take(const Node& node) {
    const bool adds = node.Is("Add");
    if (!adds && !node.Is("Mul") && !node.Is("Div")) return nullptr;
    const size_t side = node.input(1) && node.input(1)->constant() ? 1 : 0;
    const Value* constant = node.input(side);
    if (!constant || !constant->constant() || (node.Is("Div") && side == 0)) return nullptr;
    const Value* x = node.input(1 - side);
    if (!graph::BroadcastsInto(constant, x)) return nullptr;
    if (adds) return AddMask(*constant, *x) ? x : nullptr;
    const auto factor = graph::ConstantNumber(constant);
    if (!factor || *factor == 0) return nullptr;
    scale_ *= node.Is("Div") ? 1 / *factor : *factor;
    return x;
  }

  // What is added before a factor is multiplied by it too.
  bool AddMask(const Value& constant, const Value& x) {
    constexpr int64_t kMostElements = int64_t{1} << 24;
    const auto dims = SizesOf(&x);
    const auto count = dims ? graph::NumElements(*dims) : std::nullopt;
    if (!count || *count > kMostElements || dims->size() < 2) return false;
    auto values = Repeat(constant, *dims);
    if (!values) return false;
    if (!mask_) mask_ = Mask{true, std::vector<float>(values->size(), 0)};
    if (mask_->values.size() != values->size()) return false;
    for (size_t i = 0; i < values->size(); ++i) {
      mask_->values[i] += (*values)[i] * static_cast<float>(scale_);
    }
    mask_->is_one &= IsOneMask(constant);
    return true;
  }

  const Node* product_ = nullptr;
  double scale_ = 1;
  std::optional<Mask> mask_;
};

bool IsLastAxis(const Node& softmax) {
  const auto rank = static_cast<int64_t>(graph::Rank(softmax.input(0)).value_or(0));
  const int64_t otherwise = softmax.graph()->model()->opset() < 13 ? 1 : -1;
  const int64_t axis = softmax.Int("axis", otherwise);
  return rank >= 2 && (axis == -1 || axis == rank - 1);
}

// Takes a constant factor off a value that nothing else reads.
Value* Unscaled(Value* value, double* scale) {
  const Node* node = value->producer();
  if (!node || !value->single_use() || (!node->Is("Mul") && !node->Is("Div"))) return value;
  const size_t side = node->input(1) && node->input(1)->constant() ? 1 : 0;
  const auto factor = node->input(side) ? graph::ConstantNumber(node->input(side)) : std::nullopt;
  Value* x = node->input(1 - side);
  if (!factor || *factor == 0 || !x || x->constant() || (node->Is("Div") && side == 0))
    return value;
  if (!graph::SameDims(x, value)) return value;
  *scale *= node->Is("Div") ? 1 / *factor : *factor;
  return x;
}

// Rows and columns exchanged; an exchange that is there already is undone.
Value* Exchanged(Value* value, Node* before) {
  const size_t rank = value->type.dims->size();
  std::vector<int64_t> perm(rank);
  std::iota(perm.begin(), perm.end(), 0);
  const Node* node = value->producer();
  Value* from = value;
  if (node && node->Is("Transpose") && node->Ints("perm").size() == rank) {
    perm = node->Ints("perm");
    from = node->input(0);
  }
  std::swap(perm[rank - 2], perm[rank - 1]);
  const bool unchanged = std::is_sorted(perm.begin(), perm.end());
  return unchanged ? from : AddTranspose(from, perm, before, value->name());
}

// [1,heads,rows,columns].
Value* Stacked(Value* value, const Sizes& dims, Node* before) {
  const size_t rank = dims.size();
  const Dims stacked = {1, Product(dims, 0, rank - 2), dims[rank - 2], dims[rank - 1]};
  return value->type.dims == stacked ? value : AddReshape(value, stacked, before, value->name());
}

bool Fits(const Sizes& q, const Sizes& transposed_k, const Sizes& v) {
  const size_t rank = q.size();
  if (rank < 3 || transposed_k.size() != rank || v.size() != rank) return false;
  return std::equal(q.begin(), q.end() - 2, transposed_k.begin()) &&
         std::equal(q.begin(), q.end() - 2, v.begin()) && q[rank - 1] == transposed_k[rank - 2] &&
         v[rank - 2] == transposed_k[rank - 1];
}

Value* MaskOf(const Mask& mask, const Sizes& q, int64_t columns, Node* before) {
  const int64_t rows = q[q.size() - 2];
  const auto size = static_cast<size_t>(rows * columns);
  if (mask.is_one) {
    return AddFloats(before->graph(), {rows, columns},
                     {mask.values.begin(), mask.values.begin() + static_cast<int64_t>(size)});
  }
  return AddFloats(before->graph(), {Product(q, 0, q.size() - 2), rows, columns}, mask.values);
}

bool Fuse(Node* softmax) {
  Scores scores;
  if (!IsLastAxis(*softmax) || !scores.Read(*softmax)) return false;
  Value* attention = softmax->output();
  Node* shape = OnlyUser(attention);
  Node* product = shape;
  const bool reshaped = shape && shape->Is("Reshape");
  if (reshaped) product = OnlyUser(shape->output());
  const Value* weights = reshaped ? shape->output() : attention;
  if (!product || !product->Is("MatMul") || product->input(0) != weights) return false;
  const auto q = SizesOf(scores.product().input(0)), k = SizesOf(scores.product().input(1));
  const auto v = SizesOf(product->input(1)), y = SizesOf(product->output());
  const auto weight_dims = SizesOf(weights);
  if (!q || !k || !v || !y || !weight_dims || !Fits(*q, *k, *v)) return false;
  if (!std::equal(weight_dims->end() - 2, weight_dims->end(),
                  Sizes{(*q)[q->size() - 2], k->back()}.begin())) {
    return false;
  }
  double scale = scores.scale();
  Value* query = Unscaled(scores.product().input(0), &scale);
  Value* key = Exchanged(scores.product().input(1), product);
  std::vector<Value*> inputs = {Stacked(query, *q, product)};
  Sizes key_dims = *k;
  std::swap(key_dims[key_dims.size() - 2], key_dims[key_dims.size() - 1]);
  inputs.push_back(Stacked(key, key_dims, product));
  inputs.push_back(Stacked(product->input(1), *v, product));
  if (scores.mask()) inputs.push_back(MaskOf(*scores.mask(), *q, k->back(), product));
  Sizes made = *q;
  made.back() = v->back();
  const Dims stacked = {1, Product(made, 0, made.size() - 2), made[made.size() - 2], made.back()};
  Value* result = AddNcnn("SDPA", inputs, stacked, product, product->output()->name());
  result->producer()->Set("scale", static_cast<float>(scale));
  if (product->output()->type.dims != stacked) {
    result = AddReshape(result, *product->output()->type.dims, product, product->output()->name());
  }
  product->output()->ReplaceUses(result);
  return true;
}

}  // namespace

Result<int64_t> fuse_sdpa(graph::Model* model) {
  int64_t count = 0;
  for (Node* node : model->graph()->Nodes()) {
    if (node->Is("Softmax") && node->input(0)) count += Fuse(node);
  }
  if (count > 0) graph::RemoveDeadCode(model);
  return count;
}

}  // namespace mmdeploy::ncnn_convert
