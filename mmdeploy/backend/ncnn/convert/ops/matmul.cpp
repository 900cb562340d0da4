#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Matrix products.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// A constant matrix and the way to InnerProduct, which wants [out,in].
struct Matrix {
  int64_t rows = 0, columns = 0;
  std::vector<float> values;

  void Transpose() {
    std::vector<float> transposed(values.size());
    for (int64_t r = 0; r < rows; ++r) {
      for (int64_t c = 0; c < columns; ++c) transposed[c * rows + r] = values[r * columns + c];
    }
    values = std::move(transposed);
    std::swap(rows, columns);
  }
};

bool IsMatrix(const Value* value) {
  return value && value->constant() && value->constant()->rank() == 2 &&
         value->constant()->num_elements() > 0;
}

Result<Matrix> ReadMatrix(const Value* value) {
  Matrix matrix;
  MMDEPLOY_TRY(matrix.values, Floats(value));
  matrix.rows = value->constant()->dims()[0];
  matrix.columns = value->constant()->dims()[1];
  return matrix;
}

void SetInnerProduct(Matrix matrix, std::vector<float> bias, Layer* layer) {
  layer->Set(0, matrix.rows);
  layer->Set(1, static_cast<int64_t>(!bias.empty()));
  layer->Set(2, static_cast<int64_t>(matrix.values.size()));
  layer->AddTagged(std::move(matrix.values));
  if (!bias.empty()) layer->AddRaw(std::move(bias));
}

// The summand of Gemm as a row, or nothing if it is none: then it is added by layers of their own.
Result<std::vector<float>> Row(const Value* value, int64_t size) {
  if (!value || !value->constant()) return std::vector<float>();
  const std::vector<int64_t>& dims = value->constant()->dims();
  for (size_t i = 0; i + 1 < dims.size(); ++i) {
    if (dims[i] != 1) return std::vector<float>();
  }
  MMDEPLOY_TRY(std::vector<float> row, Floats(value));
  if (row.size() == 1) row.assign(size, row[0]);
  MMDEPLOY_ENSURE(static_cast<int64_t>(row.size()) == size, Code::kOutOfRange,
                  "'{}' has {} elements, expected {}", value->name(), row.size(), size);
  return row;
}

constexpr int64_t kAdd = 0;
constexpr int64_t kMul = 2;

// Adds beta * C to a product. ncnn's own Gemm would multiply it by alpha too.
void AddSummand(const Node& node, const std::string& product, Emitter* emitter) {
  const float beta = node.Float("beta", 1);
  std::string summand = emitter->ReadAs(node, node.input(2), BlobRank(*node.output()));
  if (beta != 1) {
    Layer* scale = emitter->AddInner("BinaryOp", node, {summand});
    scale->Set(0, kMul);
    scale->Set(1, int64_t{1});
    scale->Set(2, beta);
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

Result<void> ConvertConstantGemm(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(Matrix matrix, ReadMatrix(node.input(1)));
  if (node.Int("transB", 0) == 0) matrix.Transpose();
  std::vector<float> bias;
  if (HasSummand(node)) {
    MMDEPLOY_TRY(bias, Row(node.input(2), matrix.rows));
  }
  for (float& value : matrix.values) value *= node.Float("alpha", 1);
  for (float& value : bias) value *= node.Float("beta", 1);
  const bool is_result = !HasSummand(node) || !bias.empty();
  Layer* layer =
      AddProduct("InnerProduct", node, {emitter->Read(node.input(0))}, is_result, emitter);
  SetInnerProduct(std::move(matrix), std::move(bias), layer);
  if (!is_result) AddSummand(node, layer->outputs[0], emitter);
  return {};
}

// Of two matrices that are both computed, or a transposed first one.
Result<void> ConvertDynamicGemm(const Node& node, Emitter* emitter) {
  const bool has_summand = HasSummand(node);
  const bool row = DropsBatch(*node.output());
  Layer* layer =
      AddProduct("Gemm", node,
                 {emitter->ReadWhole(node, node.input(0)), emitter->ReadWhole(node, node.input(1))},
                 !has_summand && !row, emitter);
  layer->Set(0, node.Float("alpha", 1));
  layer->Set(2, int64_t{node.Int("transA", 0) != 0});
  layer->Set(3, int64_t{node.Int("transB", 0) != 0});
  std::string product = layer->outputs[0];
  if (row) {
    layer = AddProduct("Reshape", node, {product}, !has_summand, emitter);
    SetDims({-1}, layer);
    product = layer->outputs[0];
  }
  if (has_summand) AddSummand(node, product, emitter);
  return {};
}

Result<void> ConvertGemm(const Node& node, Emitter* emitter) {
  for (const size_t i : {0, 1}) {
    MMDEPLOY_ENSURE(node.input(i) && node.input(i)->type.dims->size() == 2, Code::kOutOfRange,
                    "input {} is no matrix", i);
  }
  const bool constant = node.Int("transA", 0) == 0 && IsMatrix(node.input(1));
  return constant ? ConvertConstantGemm(node, emitter) : ConvertDynamicGemm(node, emitter);
}

// InnerProduct would flatten more than two dimensions: all but the last become one.
Result<void> ConvertConstantMatMul(const Node& node, Emitter* emitter) {
  const Value& x = *node.input(0);
  MMDEPLOY_TRY(Matrix matrix, ReadMatrix(node.input(1)));
  matrix.Transpose();
  std::string blob = emitter->Read(&x);
  if (BlobRank(x) <= 2) {
    SetInnerProduct(std::move(matrix), {}, emitter->Add("InnerProduct", node, {blob}));
    return {};
  }
  const auto dims = graph::KnownDims(BlobDims(*node.output()));
  blob = emitter->Reshape(node, blob, {-1, matrix.columns});
  Layer* product = emitter->AddInner("InnerProduct", node, {blob});
  SetInnerProduct(std::move(matrix), {}, product);
  SetDims(*dims, emitter->Add("Reshape", node, {product->outputs[0]}));
  return {};
}

Result<void> ConvertMatMul(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "an input is left out");
  const Value& a = *node.input(0);
  const Value& b = *node.input(1);
  if (IsMatrix(&b) && !a.constant() &&
      (BlobRank(a) <= 2 || graph::KnownDims(BlobDims(*node.output())))) {
    return ConvertConstantMatMul(node, emitter);
  }
  MMDEPLOY_ENSURE(
      a.type.dims && b.type.dims && a.type.dims->size() >= 2 && b.type.dims->size() >= 2,
      Code::kNotSupported, "a product with a vector");
  // Both with all dimensions of the larger one, so that a batch of 1 is one everywhere.
  const size_t rank = std::max<size_t>(BlobRank(*node.output()), 2);
  const bool row = BlobRank(*node.output()) < rank;
  std::vector<std::string> inputs = {emitter->ReadAs(node, &a, rank),
                                     emitter->ReadAs(node, &b, rank)};
  if (!row) {
    emitter->Add("MatMul", node, std::move(inputs));
    return {};
  }
  Layer* product = emitter->AddInner("MatMul", node, std::move(inputs));
  SetDims({-1}, emitter->Add("Reshape", node, {product->outputs[0]}));
  return {};
}

}  // namespace

std::vector<Converter> matmul_converters() {
  return {
      {"Gemm", ConvertGemm, 3, {"alpha", "beta", "broadcast", "transA", "transB"}},
      {"MatMul", ConvertMatMul, 2},
  };
}

}  // namespace mmdeploy::ncnn_convert
