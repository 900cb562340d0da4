// Products of matrices.

#include <algorithm>
#include <map>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

Result<OptionalDims> Multiply(const InferContext& c, size_t left, size_t right) {
  MMDEPLOY_TRYV(c.ExpectRank(left, 1, SIZE_MAX));
  MMDEPLOY_TRYV(c.ExpectRank(right, 1, SIZE_MAX));
  if (!c.dims(left) || !c.dims(right)) return OptionalDims();
  Dims a = *c.dims(left), b = *c.dims(right);
  // A vector is a row on the left and a column on the right; that dimension is dropped again.
  const bool is_row = a.size() == 1, is_column = b.size() == 1;
  if (is_row) a.insert(a.begin(), Dim(1));
  if (is_column) b.push_back(Dim(1));
  const Dim &columns = a.back(), &rows = b[b.size() - 2];
  if (columns.is_known() && rows.is_known() && columns != rows) {
    return c.Fail("{} and {} do not multiply: {} columns and {} rows", c.DescribeInput(left),
                  c.DescribeInput(right), columns.value(), rows.value());
  }
  MMDEPLOY_TRY(OptionalDims batch,
               c.Broadcast(Dims(a.begin(), a.end() - 2), Dims(b.begin(), b.end() - 2)));
  if (!is_row) batch->push_back(a[a.size() - 2]);
  if (!is_column) batch->push_back(b.back());
  return batch;
}

Result<void> MatMul(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRY(OptionalDims dims, Multiply(c, 0, 1));
  const bool known = c.element(0) != ElementType::kUndefined;
  c.Set(0, known ? c.element(0) : c.element(1), std::move(dims));
  return {};
}

Result<void> MatMulInteger(InferContext& c) {
  MMDEPLOY_TRY(OptionalDims dims, Multiply(c, 0, 1));
  c.Set(0, ElementType::kInt32, std::move(dims));
  return {};
}

Result<void> QLinearMatMul(InferContext& c) {
  MMDEPLOY_TRY(OptionalDims dims, Multiply(c, 0, 3));
  c.Set(0, c.element(7), std::move(dims));
  return {};
}

Result<void> Gemm(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  MMDEPLOY_TRYV(c.ExpectRank(0, 2));
  MMDEPLOY_TRYV(c.ExpectRank(1, 2));
  const bool left = c.Int("transA", 0) != 0, right = c.Int("transB", 0) != 0;
  const Dims a = c.dims(0).value_or(Dims(2)), b = c.dims(1).value_or(Dims(2));
  const Dim &columns = a[left ? 0 : 1], &rows = b[right ? 1 : 0];
  if (columns.is_known() && rows.is_known() && columns != rows) {
    return c.Fail("{} and {} do not multiply: {} columns and {} rows", c.DescribeInput(0),
                  c.DescribeInput(1), columns.value(), rows.value());
  }
  Dims dims = {a[left ? 1 : 0], b[right ? 0 : 1]};
  if (c.Has(2)) {
    auto sum = c.Broadcast(dims, c.dims(2));
    if (!sum) return MakeError(sum.error().In(c.DescribeInput(2)));
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Det(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 2, SIZE_MAX));
  OptionalDims dims = c.dims(0);
  if (dims) dims->resize(dims->size() - 2);
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// The labels of one operand or of the result, "..." taken apart.
struct Labels {
  std::string before, after;
  bool has_ellipsis = false;
};

Result<Labels> ReadLabels(const InferContext& c, std::string_view term) {
  Labels labels;
  const size_t dots = term.find("...");
  labels.has_ellipsis = dots != std::string_view::npos;
  labels.before = term.substr(0, dots);
  if (labels.has_ellipsis) labels.after = term.substr(dots + 3);
  for (char label : labels.before + labels.after) {
    if (!((label >= 'a' && label <= 'z') || (label >= 'A' && label <= 'Z'))) {
      return c.Fail("attribute 'equation' has '{}' where a letter is needed", label);
    }
  }
  return labels;
}

struct Sizes {
  std::map<char, Dim> of;
  OptionalDims ellipsis = Dims();
};

// Enters the sizes of one operand.
Result<void> Bind(const InferContext& c, size_t i, const Labels& labels, Sizes* sizes) {
  if (!c.dims(i)) {
    for (char label : labels.before + labels.after) sizes->of.emplace(label, Dim());
    if (labels.has_ellipsis) sizes->ellipsis.reset();
    return {};
  }
  const Dims& dims = *c.dims(i);
  const size_t named = labels.before.size() + labels.after.size();
  if (labels.has_ellipsis ? dims.size() < named : dims.size() != named) {
    return c.Fail("{} has {} dimensions, the equation names {}", c.DescribeInput(i), dims.size(),
                  named);
  }
  for (size_t k = 0; k < named; ++k) {
    const bool front = k < labels.before.size();
    const char label = front ? labels.before[k] : labels.after[k - labels.before.size()];
    const Dim& dim = front ? dims[k] : dims[dims.size() - named + k];
    auto [place, is_new] = sizes->of.emplace(label, dim);
    if (is_new) continue;
    MMDEPLOY_TRY(place->second, c.Broadcast(place->second, dim));
  }
  if (!labels.has_ellipsis) return {};
  Dims rest(dims.begin() + static_cast<int64_t>(labels.before.size()),
            dims.end() - static_cast<int64_t>(labels.after.size()));
  MMDEPLOY_TRY(sizes->ellipsis, c.Broadcast(sizes->ellipsis, rest));
  return {};
}

// Without an arrow: all labels that occur once, sorted, behind the ellipsis.
std::string ImpliedResult(std::string_view operands) {
  std::string result = operands.find("...") == std::string_view::npos ? "" : "...";
  std::map<char, int> count;
  for (char c : operands) count[c] += c != '.' && c != ',';
  for (auto [label, times] : count) {
    if (times == 1) result += label;
  }
  return result;
}

Result<void> Einsum(InferContext& c) {
  std::string equation = c.String("equation", "");
  equation.erase(std::remove(equation.begin(), equation.end(), ' '), equation.end());
  const size_t arrow = equation.find("->");
  const std::string operands = equation.substr(0, arrow);
  Sizes sizes;
  size_t begin = 0;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    if (begin > operands.size()) return c.Fail("the equation '{}' has too few terms", equation);
    const size_t end = std::min(operands.find(',', begin), operands.size());
    MMDEPLOY_TRY(Labels labels, ReadLabels(c, operands.substr(begin, end - begin)));
    MMDEPLOY_TRYV(Bind(c, i, labels, &sizes));
    begin = end + 1;
  }
  if (begin <= operands.size()) return c.Fail("the equation '{}' has too many terms", equation);
  MMDEPLOY_TRY(Labels result,
               ReadLabels(c, arrow == std::string::npos ? ImpliedResult(operands)
                                                        : equation.substr(arrow + 2)));
  c.Set(0, c.element(0));
  if (result.has_ellipsis && !sizes.ellipsis) return {};
  Dims dims;
  for (char label : result.before) dims.push_back(sizes.of[label]);
  if (result.has_ellipsis) {
    dims.insert(dims.end(), sizes.ellipsis->begin(), sizes.ellipsis->end());
  }
  for (char label : result.after) dims.push_back(sizes.of[label]);
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

constexpr InferRule kRules[] = {
    {"Det", 1, 1, kFloats, Det},
    {"Einsum", 1, kVariadic, kNumbers, Einsum},
    {"Gemm", 2, 3, kNumbers, Gemm},
    {"MatMul", 2, 2, kNumbers, MatMul},
    {"MatMulInteger", 2, 4, kIntegers, MatMulInteger},
    {"QLinearMatMul", 8, 8, kAnything, QLinearMatMul},
};

}  // namespace

Span<const InferRule> MatmulRules() { return kRules; }

}  // namespace mmdeploy::graph
