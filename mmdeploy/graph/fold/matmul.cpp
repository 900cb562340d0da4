// Products of small matrices.

#include <algorithm>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

// Products that take longer than a few milliseconds are for an engine.
constexpr int64_t kMaxProducts = int64_t{1} << 22;

template <class T>
using Sum = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

struct Sizes {
  int64_t batch, rows, inner, columns;
};

// `a` [batch, rows, inner] times `b` [batch, inner, columns].
template <class T>
std::vector<T> Multiply(const std::vector<T>& a, const std::vector<T>& b, const Sizes& n) {
  std::vector<T> result;
  result.reserve(static_cast<size_t>(n.batch * n.rows * n.columns));
  for (int64_t i = 0; i < n.batch; ++i) {
    const T* left = a.data() + i * n.rows * n.inner;
    const T* right = b.data() + i * n.inner * n.columns;
    for (int64_t row = 0; row < n.rows; ++row) {
      for (int64_t column = 0; column < n.columns; ++column) {
        Sum<T> sum = 0;
        for (int64_t k = 0; k < n.inner; ++k) {
          sum += static_cast<Sum<T>>(left[row * n.inner + k]) *
                 static_cast<Sum<T>>(right[k * n.columns + column]);
        }
        result.push_back(static_cast<T>(sum));
      }
    }
  }
  return result;
}

bool IsSmall(const Sizes& n) {
  int64_t products = n.batch;
  for (int64_t size : {n.rows, n.inner, n.columns}) {
    if (__builtin_mul_overflow(products, std::max<int64_t>(size, 1), &products)) return false;
  }
  return products <= kMaxProducts;
}

Result<Outputs> MatMul(EvaluateContext& c) {
  if (c.in(0).type() != c.in(1).type()) return c.Fail("the inputs have different element types");
  Shape64 a = c.in(0).dims(), b = c.in(1).dims();
  if (a.empty() || b.empty()) return c.Fail("a scalar is no matrix");
  const bool is_row = a.size() == 1, is_column = b.size() == 1;
  if (is_row) a.insert(a.begin(), 1);
  if (is_column) b.push_back(1);
  const Shape64 a_batch(a.begin(), a.end() - 2), b_batch(b.begin(), b.end() - 2);
  MMDEPLOY_TRY(Shape64 batch, BroadcastShapes(c, a_batch, b_batch));
  const int64_t rows = a[a.size() - 2], inner = a.back(), columns = b.back();
  if (inner != b[b.size() - 2]) return c.Fail("{} columns times {} rows", inner, b[b.size() - 2]);
  const Sizes sizes = {NumElements(batch).value_or(INT64_MAX), rows, inner, columns};
  if (!IsSmall(sizes)) return c.Decline();
  Shape64 a_dims = batch, b_dims = batch, dims = batch;
  a_dims.insert(a_dims.end(), {rows, inner});
  b_dims.insert(b_dims.end(), {inner, columns});
  if (!is_row) dims.push_back(rows);
  if (!is_column) dims.push_back(columns);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(c.in(0).type(), dims));
  const TensorPtr left = c.in(0).Reshaped(a), right = c.in(1).Reshaped(b);
  const bool known = WithNumbers(c.in(0).type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> product =
        Multiply(BroadcastValues<T>(*left, a_dims), BroadcastValues<T>(*right, b_dims), sizes);
    if (!bytes.empty()) std::memcpy(bytes.data(), product.data(), bytes.size());
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(c.in(0).type(), dims, std::move(bytes))};
}

// A matrix, transposed if asked for.
template <class T>
std::vector<T> ReadMatrix(const TensorData& matrix, bool transposed) {
  if (!transposed) return matrix.Values<T>();
  std::vector<T> values(static_cast<size_t>(matrix.num_elements()));
  const Shape64 dims = {matrix.dims()[1], matrix.dims()[0]};
  Strided turned;
  turned.strides = {1, matrix.dims()[1]};
  CopyStrided(dims, matrix.bytes().data(), turned, reinterpret_cast<char*>(values.data()),
              Contiguous(dims), sizeof(T));
  return values;
}

Result<Outputs> Gemm(EvaluateContext& c) {
  const TensorData &a = c.in(0), &b = c.in(1);
  if (a.type() != b.type() || a.rank() != 2 || b.rank() != 2) {
    return c.Fail("needed: two matrices of one element type");
  }
  if (a.type() != ElementType::kFloat32 && a.type() != ElementType::kFloat64) return c.Decline();
  const bool left = c.node().Int("transA", 0) != 0, right = c.node().Int("transB", 0) != 0;
  const Sizes sizes = {1, a.dims()[left ? 1 : 0], a.dims()[left ? 0 : 1], b.dims()[right ? 0 : 1]};
  if (sizes.inner != b.dims()[right ? 1 : 0]) return c.Fail("the matrices do not multiply");
  if (!IsSmall(sizes)) return c.Decline();
  const Shape64 dims = {sizes.rows, sizes.columns};
  if (c.Has(2)) {
    MMDEPLOY_TRY(const Shape64 sum, BroadcastShapes(c, dims, c.in(2).dims()));
    if (sum != dims || c.in(2).type() != a.type())
      return c.Fail("input 2 does not fit the product");
  }
  const float alpha = c.node().Float("alpha", 1), beta = c.node().Float("beta", 1);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(a.type(), dims));
  WithNumbers(a.type(), [&](auto zero) {
    using T = decltype(zero);
    std::vector<T> product = Multiply(ReadMatrix<T>(a, left), ReadMatrix<T>(b, right), sizes);
    std::vector<T> sum(product.size(), 0);
    if (c.Has(2)) sum = BroadcastValues<T>(c.in(2), dims);
    for (size_t i = 0; i < product.size(); ++i) {
      product[i] =
          static_cast<T>(static_cast<T>(alpha) * product[i] + static_cast<T>(beta) * sum[i]);
    }
    if (!bytes.empty()) std::memcpy(bytes.data(), product.data(), bytes.size());
  });
  return Outputs{TensorData::Own(a.type(), dims, std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"Gemm", 2, 3, Gemm, true},
    {"MatMul", 2, 2, MatMul, true},
};

}  // namespace

Span<const Evaluator> MatmulEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
