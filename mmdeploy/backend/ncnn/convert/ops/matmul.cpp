#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Matrix products.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// Parameters of Gemm.
constexpr int kTransB = 3, kConstantA = 4, kConstantB = 5, kConstantC = 6;
constexpr int kConstantM = 7, kConstantN = 8, kConstantK = 9, kBroadcastC = 10;

// Whether ncnn's Gemm is faster than its InnerProduct for this many rows (nothing: open), as
// measured by `python -m benchmarks.ncnn_convert --products`. InnerProduct takes 16, 8 or 4 rows at
// a time, whichever divides all of them, and is slow for single ones, up to 7 times.
bool PrefersGemm(std::optional<int64_t> rows) {
  constexpr int64_t kPacked = 8;
  constexpr int64_t kLeastPacked = 4;
  constexpr int64_t kFewRows = 12;
  if (!rows) return true;
  if (*rows == 1 || *rows % kPacked == 0) return false;
  return *rows % kLeastPacked != 0 || *rows > kFewRows;
}

constexpr int64_t kAdd = 0;
constexpr int64_t kMul = 2;

// Adds beta * C to a product. ncnn's own Gemm would multiply it by alpha too.
void AddSummand(const Node& node, const std::string& product, Emitter* emitter) {
  const float beta = node.Float("beta", 1);
  std::string summand = emitter->ReadAs(node, node.input(2), BlobRank(*node.output()));
  if (beta != 1) {
    Layer* scale = emitter->AddInner("BinaryOp", node, {summand});
    SetNumber(kMul, beta, scale);
    summand = scale->outputs[0];
  }
  emitter->Add("BinaryOp", node, {product, summand})->Set(0, kAdd);
}

// The summand, unless it counts nothing.
bool HasSummand(const Node& node) { return node.input(2) && node.Float("beta", 1) != 0; }

// A product that is the result, or to which the summand is added.
Layer* AddProduct(std::string_view type, const Node& node, std::vector<std::string> inputs,
                  bool is_result, Emitter* emitter) {
  return is_result ? emitter->Add(type, node, std::move(inputs))
                   : emitter->AddInner(type, node, std::move(inputs));
}

// Of two matrices that are both computed, or a transposed first one.
Result<void> ConvertGemm(const Node& node, Emitter* emitter) {
  for (const size_t i : {0, 1}) {
    MMDEPLOY_ENSURE(node.input(i) && node.input(i)->type.dims->size() == 2, Code::kOutOfRange,
                    "input {} is no matrix", i);
  }
  const bool has_summand = HasSummand(node);
  const bool row = DropsBatch(*node.output());
  Layer* layer =
      AddProduct("Gemm", node,
                 {emitter->ReadWhole(node, node.input(0)), emitter->ReadWhole(node, node.input(1))},
                 !has_summand && !row, emitter);
  layer->Set(0, node.Float("alpha", 1));
  layer->Set(2, int64_t{node.Int("transA", 0) != 0});
  layer->Set(kTransB, int64_t{node.Int("transB", 0) != 0});
  std::string product = layer->outputs[0];
  if (row) {
    layer = AddProduct("Reshape", node, {product}, !has_summand, emitter);
    SetDims({-1}, layer);
    product = layer->outputs[0];
  }
  if (has_summand) AddSummand(node, product, emitter);
  return {};
}

struct Weights {
  int64_t rows = 0, columns = 0;  // [out,in]
  std::vector<float> matrix, bias;
};

Result<Weights> ReadWeights(const Node& node) {
  const Value* matrix = node.input(1);
  MMDEPLOY_ENSURE(matrix && matrix->constant() && matrix->constant()->rank() == 2,
                  Code::kOutOfRange, "its weight is no matrix");
  Weights weights;
  weights.rows = matrix->constant()->dims()[0];
  weights.columns = matrix->constant()->dims()[1];
  MMDEPLOY_TRY(weights.matrix, Floats(matrix));
  if (!node.input(2)) return weights;
  MMDEPLOY_TRY(weights.bias, Floats(node.input(2)));
  MMDEPLOY_ENSURE(static_cast<int64_t>(weights.bias.size()) == weights.rows, Code::kOutOfRange,
                  "'{}' has {} elements, expected {}", node.input(2)->name(), weights.bias.size(),
                  weights.rows);
  return weights;
}

void AddInnerProduct(const Node& node, Weights weights, Emitter* emitter) {
  Layer* layer = emitter->Add("InnerProduct", node);
  layer->Set(0, weights.rows);
  layer->Set(1, static_cast<int64_t>(!weights.bias.empty()));
  layer->Set(2, static_cast<int64_t>(weights.matrix.size()));
  layer->AddTagged(std::move(weights.matrix));
  if (!weights.bias.empty()) layer->AddRaw(std::move(weights.bias));
}

void AddGemm(const Node& node, std::optional<int64_t> rows, Weights weights, Emitter* emitter) {
  constexpr int64_t kNone = -1;
  constexpr int64_t kPerColumn = 4;
  Layer* layer = emitter->Add("Gemm", node);
  layer->Set(kTransB, int64_t{1});
  layer->Set(kConstantB, int64_t{1});
  layer->Set(kConstantC, int64_t{1});
  if (rows) layer->Set(kConstantM, *rows);
  layer->Set(kConstantN, weights.rows);
  layer->Set(kConstantK, weights.columns);
  layer->Set(kBroadcastC, weights.bias.empty() ? kNone : kPerColumn);
  layer->AddTagged(std::move(weights.matrix));
  if (!weights.bias.empty()) layer->AddExact(std::move(weights.bias));
}

// Rows times a constant, see fuse/linear.cpp. A single row has one dimension.
Result<void> ConvertLinear(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(Weights weights, ReadWeights(node));
  const graph::Dims dims = BlobDims(*node.input(0));
  MMDEPLOY_ENSURE(dims.size() <= 2, Code::kOutOfRange, "its rows have {} dimensions", dims.size());
  const auto rows = dims.size() == 1     ? std::optional<int64_t>(1)
                    : dims[0].is_known() ? std::optional(dims[0].value())
                                         : std::nullopt;
  PrefersGemm(rows) ? AddGemm(node, rows, std::move(weights), emitter)
                    : AddInnerProduct(node, std::move(weights), emitter);
  return {};
}

// A constant [rows,columns], its leading dimensions of 1 left out.
bool IsMatrix(const Value& value) {
  if (!value.constant() || value.constant()->rank() < 2) return false;
  const std::vector<int64_t>& dims = value.constant()->dims();
  return std::all_of(dims.begin(), dims.end() - 2, [](int64_t d) { return d == 1; });
}

// A constant times what is computed.
Result<Layer> ConstantTimes(const Value& a, bool trans_b) {
  constexpr int64_t kNone = -1;
  const std::vector<int64_t>& dims = a.constant()->dims();
  Layer layer;
  layer.type = "Gemm";
  MMDEPLOY_TRY(std::vector<float> values, Floats(&a));
  if (trans_b) layer.Set(kTransB, int64_t{1});
  layer.Set(kConstantA, int64_t{1});
  layer.Set(kConstantC, int64_t{1});
  layer.Set(kConstantM, dims[dims.size() - 2]);
  layer.Set(kConstantK, dims[dims.size() - 1]);
  layer.Set(kBroadcastC, kNone);
  layer.AddTagged(std::move(values));
  return layer;
}

Result<Layer> Product(const Node& node, size_t rank, Emitter* emitter) {
  const Value& a = *node.input(0);
  const Value& b = *node.input(1);
  const bool trans_b = node.Int("transB", 0) != 0;
  Layer layer;
  if (rank == 2 && IsMatrix(a) && a.constant()->num_elements() > 0 && !b.constant()) {
    MMDEPLOY_TRY(layer, ConstantTimes(a, trans_b));
    layer.inputs = {emitter->ReadAs(node, &b, rank)};
    return layer;
  }
  layer.type = "MatMul";
  layer.inputs = {emitter->ReadAs(node, &a, rank), emitter->ReadAs(node, &b, rank)};
  if (trans_b) layer.Set(0, int64_t{1});
  return layer;
}

Result<void> ConvertMatMul(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  const Value& a = *node.input(0);
  const Value& b = *node.input(1);
  MMDEPLOY_ENSURE(
      a.type.dims && b.type.dims && a.type.dims->size() >= 2 && b.type.dims->size() >= 2,
      Code::kNotSupported, "a product with a vector");
  // Both with all dimensions of the larger one, so that a batch of 1 is one everywhere.
  const size_t rank = std::max<size_t>(BlobRank(*node.output()), 2);
  const bool row = BlobRank(*node.output()) < rank;
  MMDEPLOY_TRY(Layer product, Product(node, rank, emitter));
  Layer* layer = row ? emitter->AddInner(product.type, node, product.inputs)
                     : emitter->Add(product.type, node, product.inputs);
  layer->params = std::move(product.params);
  layer->weights = std::move(product.weights);
  if (row) SetDims({-1}, emitter->Add("Reshape", node, {layer->outputs[0]}));
  return {};
}

}  // namespace

std::vector<Converter> matmul_converters() {
  return {
      {"Gemm", ConvertGemm, 3, {"alpha", "beta", "broadcast", "transA", "transB"}},
      {"Linear", ConvertLinear, 3},
      {"MatMul", ConvertMatMul, 2, {"transB"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
