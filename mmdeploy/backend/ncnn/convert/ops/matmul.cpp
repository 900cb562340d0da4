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

// The summand of Gemm as a row, or nothing if it is none: then it is added by a layer of its own.
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

Result<void> ConvertConstantGemm(const Node& node, std::vector<float> bias, Matrix matrix,
                                 Emitter* emitter) {
  for (float& value : matrix.values) value *= node.Float("alpha", 1);
  for (float& value : bias) value *= node.Float("beta", 1);
  SetInnerProduct(std::move(matrix), std::move(bias), emitter->Add("InnerProduct", node));
  return {};
}

// Of two matrices that are both computed.
Result<void> ConvertDynamicGemm(const Node& node, Emitter* emitter) {
  std::vector<std::string> inputs = {emitter->ReadWhole(node, node.input(0)),
                                     emitter->ReadWhole(node, node.input(1))};
  if (node.input(2)) inputs.push_back(emitter->ReadAs(node, node.input(2), 2));
  const bool row = DropsBatch(*node.output());
  Layer* layer = row ? emitter->AddInner("Gemm", node, std::move(inputs))
                     : emitter->Add("Gemm", node, std::move(inputs));
  layer->Set(0, node.Float("alpha", 1));
  layer->Set(1, node.Float("beta", 1));
  layer->Set(2, node.Int("transA", 0));
  layer->Set(3, node.Int("transB", 0));
  if (row) SetDims({-1}, emitter->Add("Reshape", node, {layer->outputs[0]}));
  return {};
}

Result<void> ConvertGemm(const Node& node, Emitter* emitter) {
  if (node.Int("transA", 0) != 0 || !IsMatrix(node.input(1))) {
    return ConvertDynamicGemm(node, emitter);
  }
  MMDEPLOY_TRY(Matrix matrix, ReadMatrix(node.input(1)));
  if (node.Int("transB", 0) == 0) matrix.Transpose();
  MMDEPLOY_TRY(std::vector<float> bias, Row(node.input(2), matrix.rows));
  if (node.input(2) && bias.empty()) return ConvertDynamicGemm(node, emitter);
  return ConvertConstantGemm(node, std::move(bias), std::move(matrix), emitter);
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
      {"Gemm", ConvertGemm},
      {"MatMul", ConvertMatMul},
  };
}

}  // namespace mmdeploy::ncnn_convert
