#include <algorithm>
#include <cmath>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// MultiHeadAttention for its parts, in the two forms of exporters: query, key and value packed into
// one matrix of five dimensions, and each by itself (slices of one product or of several) in three.
// The first, with p = Add(MatMul(x, w), b):
//
//   t = Transpose<perm=[2,0,3,1,4]>(Reshape(p, {1,T,3,heads,E/heads}))
//   q = Gather(t, {0})   k = Gather(t, {1})   v = Gather(t, {2})
//   a = Softmax(Mul(MatMul(q, Transpose<perm=[0,1,3,2]>(k)), scale))
//   c = Reshape(Transpose<perm=[0,2,1,3]>(MatMul(a, v)), {1,T,E})
//   y = Add(MatMul(c, wo), bo)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Node;
using graph::Value;

namespace {

// Rows of a matrix, one for each output, with a summand each, and what they multiply.
struct Projection {
  Value* x = nullptr;
  int64_t inputs = 0;
  std::vector<double> rows, bias;

  int64_t outputs() const { return static_cast<int64_t>(bias.size()); }
  Projection Part(int64_t begin, int64_t end) const {
    return {x,
            inputs,
            {rows.begin() + begin * inputs, rows.begin() + end * inputs},
            {bias.begin() + begin, bias.begin() + end}};
  }
};

std::optional<std::vector<double>> Numbers(const Value* value, size_t rank) {
  if (!value || !value->constant() || value->constant()->rank() != rank) return {};
  auto numbers = value->constant()->Numbers();
  if (!numbers) return {};
  return std::vector<double>(numbers->begin(), numbers->end());
}

// Of a constant [inputs,outputs], or the other way round.
std::optional<Projection> FromMatrix(Value* x, const Value* matrix, bool transposed) {
  const auto numbers = Numbers(matrix, 2);
  if (!numbers) return {};
  const std::vector<int64_t>& dims = matrix->constant()->dims();
  const int64_t outputs = dims[transposed ? 0 : 1];
  Projection p = {x, dims[transposed ? 1 : 0], *numbers, {}};
  p.bias.assign(outputs, 0);
  if (transposed) return p;
  for (int64_t o = 0; o < outputs; ++o) {
    for (int64_t i = 0; i < p.inputs; ++i) p.rows[o * p.inputs + i] = (*numbers)[i * outputs + o];
  }
  return p;
}

std::optional<Projection> AddBias(std::optional<Projection> p, const Value* bias) {
  const auto numbers = Numbers(bias, 1);
  if (!p || !numbers || numbers->size() != p->bias.size()) return {};
  for (size_t i = 0; i < numbers->size(); ++i) p->bias[i] += (*numbers)[i];
  return p;
}

// The part of the last axis that a Slice takes.
std::optional<Projection> TakeSlice(std::optional<Projection> p, const Node& slice) {
  const auto rank = static_cast<int64_t>(graph::Rank(slice.input(0)).value_or(0));
  const auto starts = graph::IntsOf(slice, "starts", 1);
  const auto ends = graph::IntsOf(slice, "ends", 2);
  const auto axes = graph::IntsOf(slice, "axes", 3);
  const auto is_one = [](const auto& ints) { return ints && ints->size() == 1; };
  if (!p || !is_one(starts) || !is_one(ends) || !is_one(axes)) return {};
  if (slice.input(4) && !graph::IsFilledWith(slice.input(4), 1)) return {};
  if ((*axes)[0] != -1 && (*axes)[0] != rank - 1) return {};
  const int64_t begin = (*starts)[0];
  const int64_t end = std::min((*ends)[0], p->outputs());
  if (begin < 0 || end <= begin) return {};
  return p->Part(begin, end);
}

// How a value is made from another one by constants.
std::optional<Projection> Project(const Value* value) {
  Node* node = value ? value->producer() : nullptr;
  if (!node) return {};
  if (node->Is("Slice")) return TakeSlice(Project(node->input(0)), *node);
  if (node->Is("MatMul")) return FromMatrix(node->input(0), node->input(1), false);
  if (!node->Is("Add")) return {};
  const size_t constant = Numbers(node->input(0), 1) ? 0 : 1;
  if (!Numbers(node->input(constant), 1)) return {};
  return AddBias(Project(node->input(1 - constant)), node->input(constant));
}

bool IsLastAxis(const Node& softmax) {
  const int64_t rank = static_cast<int64_t>(graph::Rank(softmax.input(0)).value_or(0));
  const int64_t otherwise = softmax.graph()->model()->opset() < 13 ? 1 : -1;
  const int64_t axis = softmax.Int("axis", otherwise);
  return axis == -1 || axis == rank - 1;
}

// [1,T,E] behind an exchange of T and the batch, where there is one.
Value* BatchFirst(Value* x) {
  const Node* node = x->producer();
  const bool exchanged = node && node->Is("Transpose") &&
                         node->Ints("perm") == std::vector<int64_t>{1, 0, 2} &&
                         graph::KnownDim(node->input(0), 0) == 1;
  return exchanged ? node->input(0) : x;
}

Value* AddFloats(const Match& match, const std::vector<double>& values, std::vector<int64_t> dims) {
  return match.graph()->AddConstant(
      graph::MakeFloats(graph::ElementType::kFloat32, std::move(dims), values));
}

// The projections of query, key, value and result.
bool Fuse(const Match& match, const std::vector<std::optional<Projection>>& projections,
          std::optional<int64_t> heads) {
  const auto scale = graph::ConstantNumber(match["scale"]);
  if (!scale || !heads || *heads < 1 || !IsLastAxis(*match.node("a"))) return false;
  std::vector<Value*> inputs, weights;
  const int64_t size = projections[3] ? projections[3]->outputs() : 0;
  for (const auto& p : projections) {
    if (!p || p->inputs != size || p->outputs() != size) return false;
    Value* x = p->x ? BatchFirst(p->x) : nullptr;
    if (x && !IsSequence(*x)) return false;
    if (x) inputs.push_back(x);
  }
  if (size % *heads != 0) return false;
  const bool divides = match.node("s")->Is("Div");
  const double wanted = std::sqrt(static_cast<double>(*heads) / static_cast<double>(size));
  if (std::abs((divides ? 1 / *scale : *scale) - wanted) > 1e-4 * wanted) return false;
  for (const auto& p : projections) {
    inputs.push_back(AddFloats(match, p->rows, {size, size}));
    inputs.push_back(AddFloats(match, p->bias, {size}));
  }
  Node* node = ReplaceBy(match, "MultiHeadAttention", inputs);
  node->Set("embed_dim", size);
  node->Set("num_heads", *heads);
  return true;
}

bool FusePacked(const Match& match) {
  const auto packed = Project(match["p"]);
  if (!packed || packed->outputs() % 3 != 0 || graph::KnownDim(match["r"], 2) != 3) return false;
  const int64_t size = packed->outputs() / 3;
  const auto result = AddBias(FromMatrix(nullptr, match["wo"], false), match["bo"]);
  return Fuse(match,
              {packed->Part(0, size), packed->Part(size, 2 * size),
               packed->Part(2 * size, 3 * size), result},
              graph::KnownDim(match["r"], 3));
}

// Batch and heads are one dimension, so the batch must be 1.
bool FuseSeparate(const Match& match) {
  const auto result = AddBias(FromMatrix(nullptr, match["wo"], true), match["bo"]);
  return Fuse(match, {Project(match["q"]), Project(match["k"]), Project(match["v"]), result},
              graph::KnownDim(match["h"], 1));
}

constexpr std::string_view kPacked = R"(
  r = Reshape(p, _)
  t = Transpose<perm=[2,0,3,1,4]>(r)
  q = Gather<axis=0?>(t, 0)
  k = Gather<axis=0?>(t, 1)
  v = Gather<axis=0?>(t, 2)
  s = Mul|Div(MatMul(q, Transpose<perm=[0,1,3,2]>(k)), const scale)
  a = Softmax(s)
  c = Reshape(Transpose<perm=[0,2,1,3]>(MatMul(a, v)), _)
  y = Add(MatMul(c, const wo), const bo)
)";

constexpr std::string_view kSeparate = R"(
  h = Reshape(q, _)
  s = Mul|Div(Transpose<perm=[1,0,2]>(h), const scale)
  a = Softmax(MatMul(s, Transpose<perm=[1,2,0]>(Reshape(k, _))))
  c = MatMul(a, Transpose<perm=[1,0,2]>(Reshape(v, _)))
  y = Gemm<transB=1>(Reshape(Transpose<perm=[1,0,2]>(c), _), const wo, const bo)
)";

}  // namespace

Result<int64_t> fuse_attention(graph::Model* model) {
  return Rewrite(model, {{kPacked, FusePacked}, {kSeparate, FuseSeparate}});
}

}  // namespace mmdeploy::ncnn_convert
