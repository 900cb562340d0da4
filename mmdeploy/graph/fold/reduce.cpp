// Operators that reduce or order along axes. Rows are gathered first: a tensor of [kept, reduced].

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

struct Rows {
  Shape64 kept, reduced;  // their dimensions
  Strided order;          // of [kept, reduced] in the data
  int64_t count = 1, length = 1;

  Shape64 all() const {
    Shape64 dims = kept;
    dims.insert(dims.end(), reduced.begin(), reduced.end());
    return dims;
  }
};

Rows SplitRows(const Shape64& dims, const std::vector<bool>& goes) {
  const Strided places = Contiguous(dims);
  Rows rows;
  for (bool reduced : {false, true}) {
    for (size_t i = 0; i < dims.size(); ++i) {
      if (goes[i] != reduced) continue;
      (reduced ? rows.reduced : rows.kept).push_back(dims[i]);
      rows.order.strides.push_back(places.strides[i]);
    }
  }
  rows.count = NumElements(rows.kept).value_or(0);
  rows.length = NumElements(rows.reduced).value_or(0);
  return rows;
}

template <class T>
std::vector<T> ReadRows(const TensorData& data, const Rows& rows) {
  std::vector<T> values(static_cast<size_t>(data.num_elements()));
  const Shape64 dims = rows.all();
  CopyStrided(dims, data.bytes().data(), rows.order, reinterpret_cast<char*>(values.data()),
              Contiguous(dims), sizeof(T));
  return values;
}

// The dimensions of the result.
Shape64 ReducedDims(const Shape64& dims, const std::vector<bool>& goes, bool keep) {
  Shape64 result;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!goes[i]) {
      result.push_back(dims[i]);
    } else if (keep) {
      result.push_back(1);
    }
  }
  return result;
}

// Sums of integers wrap around; those of floats are rounded once, at the end.
template <class T>
using Accumulator = std::conditional_t<std::is_floating_point_v<T>, double, uint64_t>;

template <class T>
T SumOf(const T* row, int64_t length) {
  Accumulator<T> sum = 0;
  for (int64_t i = 0; i < length; ++i) sum += static_cast<Accumulator<T>>(row[i]);
  return static_cast<T>(sum);
}

// `f(row, length)` gives one number of the element type.
template <class F>
Result<Outputs> Reduce(EvaluateContext& c, bool allows_empty, F&& f) {
  const TensorData& data = c.in(0);
  MMDEPLOY_TRY(const auto given, c.AttributeOrInput("axes", 1));
  if (given && given->empty() && c.node().Int("noop_with_empty_axes", 0) != 0) return c.Decline();
  if (!given && c.node().Int("noop_with_empty_axes", 0) != 0) return c.Decline();
  MMDEPLOY_TRY(const std::vector<bool> goes,
               c.AxisFlags(given.value_or(std::vector<int64_t>()), data.rank()));
  const Rows rows = SplitRows(data.dims(), goes);
  if (rows.length == 0 && !allows_empty) return c.Decline();
  const Shape64 dims = ReducedDims(data.dims(), goes, c.node().Int("keepdims", 1) != 0);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), dims));
  const bool known = WithNumbers(data.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = ReadRows<T>(data, rows);
    for (int64_t i = 0; i < rows.count; ++i) {
      const T result = static_cast<T>(f(values.data() + i * rows.length, rows.length));
      std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(T), &result, sizeof(T));
    }
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(data.type(), dims, std::move(bytes))};
}

Result<Outputs> ReduceSum(EvaluateContext& c) {
  return Reduce(c, true, [](const auto* row, int64_t length) { return SumOf(row, length); });
}

Result<Outputs> ReduceMean(EvaluateContext& c) {
  return Reduce(c, false, [](const auto* row, int64_t length) {
    using T = std::decay_t<decltype(*row)>;
    if constexpr (std::is_floating_point_v<T>) {
      return std::accumulate(row, row + length, 0.0) / static_cast<double>(length);
    } else {
      return static_cast<T>(SumOf(row, length) / static_cast<T>(length));
    }
  });
}

Result<Outputs> ReduceMax(EvaluateContext& c) {
  return Reduce(c, false, [](const auto* row, int64_t length) {
    return *std::max_element(row, row + length);
  });
}

Result<Outputs> ReduceMin(EvaluateContext& c) {
  return Reduce(c, false, [](const auto* row, int64_t length) {
    return *std::min_element(row, row + length);
  });
}

Result<Outputs> ReduceProd(EvaluateContext& c) {
  return Reduce(c, true, [](const auto* row, int64_t length) {
    using T = std::decay_t<decltype(*row)>;
    Accumulator<T> product = 1;
    for (int64_t i = 0; i < length; ++i) product *= static_cast<Accumulator<T>>(row[i]);
    return static_cast<T>(product);
  });
}

Result<Outputs> ReduceSumSquare(EvaluateContext& c) {
  return Reduce(c, true, [](const auto* row, int64_t length) {
    using T = std::decay_t<decltype(*row)>;
    Accumulator<T> sum = 0;
    for (int64_t i = 0; i < length; ++i) {
      sum += static_cast<Accumulator<T>>(row[i]) * static_cast<Accumulator<T>>(row[i]);
    }
    return static_cast<T>(sum);
  });
}

Result<Outputs> ReduceL2(EvaluateContext& c) {
  if (c.in(0).type() != ElementType::kFloat32 && c.in(0).type() != ElementType::kFloat64) {
    return c.Decline();
  }
  return Reduce(c, true, [](const auto* row, int64_t length) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i)
      sum += static_cast<double>(row[i]) * static_cast<double>(row[i]);
    return std::sqrt(sum);
  });
}

// One axis of input 0 as rows.
Result<Rows> RowsAlong(const EvaluateContext& c, int64_t axis, std::vector<bool>* goes) {
  MMDEPLOY_TRY(const size_t place, c.Axis(axis, c.in(0).rank()));
  goes->assign(c.in(0).rank(), false);
  (*goes)[place] = true;
  return SplitRows(c.in(0).dims(), *goes);
}

template <class Better>
Result<Outputs> ArgReduce(EvaluateContext& c, Better&& better) {
  const TensorData& data = c.in(0);
  std::vector<bool> goes;
  MMDEPLOY_TRY(const Rows rows, RowsAlong(c, c.node().Int("axis", 0), &goes));
  if (rows.length == 0) return c.Decline();
  const bool last = c.node().Int("select_last_index", 0) != 0;
  const Shape64 dims = ReducedDims(data.dims(), goes, c.node().Int("keepdims", 1) != 0);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(ElementType::kInt64, dims));
  const bool known = WithNumbers(data.type(), [&](auto zero) {
    const auto values = ReadRows<decltype(zero)>(data, rows);
    for (int64_t i = 0; i < rows.count; ++i) {
      const auto* row = values.data() + i * rows.length;
      int64_t best = 0;
      for (int64_t k = 1; k < rows.length; ++k) {
        if (better(row[k], row[best]) || (last && row[k] == row[best])) best = k;
      }
      std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(best), &best, sizeof(best));
    }
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(ElementType::kInt64, dims, std::move(bytes))};
}

Result<Outputs> ArgMax(EvaluateContext& c) {
  return ArgReduce(c, [](auto a, auto b) { return a > b; });
}
Result<Outputs> ArgMin(EvaluateContext& c) {
  return ArgReduce(c, [](auto a, auto b) { return a < b; });
}

// Where element `k` of row `i` stands when rows of `length` lie along `axis`.
Strided AlongAxis(const Shape64& dims, const std::vector<bool>& goes) {
  const Strided places = Contiguous(dims);
  Strided order;
  for (bool reduced : {false, true}) {
    for (size_t i = 0; i < dims.size(); ++i) {
      if (goes[i] == reduced) order.strides.push_back(places.strides[i]);
    }
  }
  return order;
}

Result<int64_t> ReadK(const EvaluateContext& c, int64_t length) {
  int64_t k = c.node().Int("k", 0);
  if (c.opset() >= 10) {
    if (!c.Has(1)) return c.Fail("input 1 (K) is missing");
    MMDEPLOY_TRY(const std::vector<int64_t> given, c.Ints(1));
    if (given.size() != 1) return c.Fail("K has {} elements, needed 1", given.size());
    k = given[0];
  }
  if (k < 0 || k > length) return c.Fail("K is {} of {}", k, length);
  return k;
}

// Of equal numbers the one with the lower index comes first.
Result<Outputs> TopK(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  std::vector<bool> goes;
  MMDEPLOY_TRY(const Rows rows, RowsAlong(c, c.node().Int("axis", -1), &goes));
  MMDEPLOY_TRY(const int64_t k, ReadK(c, rows.length));
  const bool largest = c.node().Int("largest", 1) != 0;
  Shape64 dims = data.dims(), row_dims = rows.kept;
  for (size_t i = 0; i < dims.size(); ++i) dims[i] = goes[i] ? k : dims[i];
  row_dims.push_back(k);
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), dims));
  MMDEPLOY_TRY(std::string index_bytes, c.Allocate(ElementType::kInt64, dims));
  const bool known = WithNumbers(data.type(), [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> values = ReadRows<T>(data, rows);
    std::vector<T> top;
    std::vector<int64_t> top_indices, order(static_cast<size_t>(rows.length));
    for (int64_t i = 0; i < rows.count; ++i) {
      const T* row = values.data() + i * rows.length;
      std::iota(order.begin(), order.end(), 0);
      std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
        return largest ? row[a] > row[b] : row[a] < row[b];
      });
      for (int64_t n = 0; n < k; ++n) {
        top_indices.push_back(order[static_cast<size_t>(n)]);
        top.push_back(row[top_indices.back()]);
      }
    }
    const Strided from = Contiguous(row_dims), to = AlongAxis(dims, goes);
    CopyStrided(row_dims, reinterpret_cast<const char*>(top.data()), from, bytes.data(), to,
                sizeof(T));
    CopyStrided(row_dims, reinterpret_cast<const char*>(top_indices.data()), from,
                index_bytes.data(), to, sizeof(int64_t));
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(data.type(), dims, std::move(bytes)),
                 TensorData::Own(ElementType::kInt64, dims, std::move(index_bytes))};
}

Result<Outputs> CumSum(EvaluateContext& c) {
  const TensorData& data = c.in(0);
  MMDEPLOY_TRY(const std::vector<int64_t> axis, c.Ints(1));
  if (axis.size() != 1) return c.Fail("the axis has {} elements, needed 1", axis.size());
  std::vector<bool> goes;
  MMDEPLOY_TRY(const Rows rows, RowsAlong(c, axis[0], &goes));
  const bool exclusive = c.node().Int("exclusive", 0) != 0;
  const bool reverse = c.node().Int("reverse", 0) != 0;
  MMDEPLOY_TRY(std::string bytes, c.Allocate(data.type(), data.dims()));
  const bool known = WithNumbers(data.type(), [&](auto zero) {
    using T = decltype(zero);
    using Sum = std::conditional_t<std::is_floating_point_v<T>, T, uint64_t>;
    std::vector<T> values = ReadRows<T>(data, rows);
    for (int64_t i = 0; i < rows.count; ++i) {
      Sum sum = 0;
      for (int64_t n = 0; n < rows.length; ++n) {
        T& value =
            values[static_cast<size_t>(i * rows.length + (reverse ? rows.length - 1 - n : n))];
        const Sum next = sum + static_cast<Sum>(value);
        value = static_cast<T>(exclusive ? sum : next);
        sum = next;
      }
    }
    const Shape64 dims = rows.all();
    CopyStrided(dims, reinterpret_cast<const char*>(values.data()), Contiguous(dims), bytes.data(),
                rows.order, sizeof(T));
  });
  if (!known) return c.Decline();
  return Outputs{TensorData::Own(data.type(), data.dims(), std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"ArgMax", 1, 1, ArgMax, true},       {"ArgMin", 1, 1, ArgMin, true},
    {"CumSum", 2, 2, CumSum, true},       {"ReduceL2", 1, 2, ReduceL2, true},
    {"ReduceMax", 1, 2, ReduceMax, true}, {"ReduceMean", 1, 2, ReduceMean, true},
    {"ReduceMin", 1, 2, ReduceMin, true}, {"ReduceProd", 1, 2, ReduceProd, true},
    {"ReduceSum", 1, 2, ReduceSum, true}, {"ReduceSumSquare", 1, 2, ReduceSumSquare, true},
    {"TopK", 1, 2, TopK, true},
};

}  // namespace

Span<const Evaluator> ReduceEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
