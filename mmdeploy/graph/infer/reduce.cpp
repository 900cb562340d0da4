// Operators that reduce or order elements along axes.

#include <algorithm>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// The given dimensions become 1 or go.
Dims Reduced(const Dims& dims, const std::vector<size_t>& axes, bool keep) {
  Dims result;
  for (size_t i = 0; i < dims.size(); ++i) {
    const bool goes = axes.empty() || std::binary_search(axes.begin(), axes.end(), i);
    if (!goes) {
      result.push_back(dims[i]);
    } else if (keep) {
      result.emplace_back(1);
    }
  }
  return result;
}

Result<void> Reduce(InferContext& c) {
  const bool keep = c.Int("keepdims", 1) != 0;
  const bool nothing = c.Int("noop_with_empty_axes", 0) != 0;
  const auto given = c.AttributeOrInput("axes", 1);
  c.Set(0, c.element(0));
  if (!given) {
    // Which axes are not known, but with them kept the rank is.
    if (c.dims(0) && keep) c.Set(0, c.element(0), Dims(c.dims(0)->size()));
    return {};
  }
  const std::vector<int64_t> axes = given->value_or(std::vector<int64_t>());
  if (axes.empty() && nothing) return InferSameType(c);
  if (!c.dims(0)) {
    if (axes.empty() && !keep) c.Set(0, c.element(0), Dims());
    return {};
  }
  MMDEPLOY_TRY(const std::vector<size_t> places, c.Axes(axes, c.dims(0)->size()));
  c.Set(0, c.element(0), Reduced(*c.dims(0), places, keep));
  return {};
}

Result<void> ArgReduce(InferContext& c) {
  const bool keep = c.Int("keepdims", 1) != 0;
  const int64_t axis = c.Int("axis", 0);
  c.Set(0, ElementType::kInt64);
  if (!c.dims(0)) return {};
  MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, c.dims(0)->size()));
  c.Set(0, ElementType::kInt64, Reduced(*c.dims(0), {place}, keep));
  return {};
}

Result<void> TopK(InferContext& c) {
  const int64_t axis = c.Int("axis", -1);
  SymInt k = c.opset() < 10 ? SymInt(c.Int("k", 0)) : SymInt();
  if (c.opset() >= 10 && !c.Has(1)) return c.Fail("input 1 (K) is missing");
  if (const Content* content = c.content(1); content && content->elements.size() == 1) {
    k = content->elements[0];
  }
  if (k.is_known() && k.value() < 0) return c.Fail("K is {}, allowed 0 or more", k.value());
  OptionalDims dims = c.dims(0);
  if (dims) {
    MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, dims->size()));
    const Dim& size = (*dims)[place];
    if (k.is_known() && size.is_known() && k.value() > size.value()) {
      return c.Fail("K is {}, but dimension {} of {} has only {}", k.value(), place,
                    c.DescribeInput(0), size.value());
    }
    (*dims)[place] = k.ToDim();
  }
  c.Set(0, c.element(0), dims);
  c.Set(1, ElementType::kInt64, std::move(dims));
  return {};
}

Result<void> CumSum(InferContext& c) {
  if (std::optional<std::vector<int64_t>> axis = c.KnownInts(1);
      axis && axis->size() == 1 && c.dims(0)) {
    auto place = c.Axis("the axis", (*axis)[0], c.dims(0)->size());
    if (!place) return MakeError(std::move(place).error());
  }
  return InferSameType(c);
}

// Boxes [batch, boxes, 4] and scores [batch, classes, boxes] to rows of three indices.
Result<void> NonMaxSuppression(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3));
  MMDEPLOY_TRYV(c.ExpectRank(1, 3));
  if (c.dims(0) && c.dims(1)) {
    auto batch = c.Same("batch sizes of boxes and scores", (*c.dims(0))[0], (*c.dims(1))[0]);
    if (!batch) return MakeError(std::move(batch).error());
    auto boxes = c.Same("numbers of boxes and scores", (*c.dims(0))[1], (*c.dims(1))[2]);
    if (!boxes) return MakeError(std::move(boxes).error());
  }
  c.Set(0, ElementType::kInt64, Dims{Dim(), Dim(3)});
  return {};
}

constexpr InferRule kRules[] = {
    {"ArgMax", 1, 1, kNumbers, ArgReduce},
    {"ArgMin", 1, 1, kNumbers, ArgReduce},
    {"CumProd", 2, 2, kNumbers, CumSum},
    {"CumSum", 2, 2, kNumbers, CumSum},
    {"NonMaxSuppression", 2, 5, kFloats, NonMaxSuppression},
    {"ReduceL1", 1, 2, kNumbers, Reduce},
    {"ReduceL2", 1, 2, kNumbers, Reduce},
    {"ReduceLogSum", 1, 2, kNumbers, Reduce},
    {"ReduceLogSumExp", 1, 2, kNumbers, Reduce},
    {"ReduceMax", 1, 2, kNumbers | kBooleans, Reduce},
    {"ReduceMean", 1, 2, kNumbers, Reduce},
    {"ReduceMin", 1, 2, kNumbers | kBooleans, Reduce},
    {"ReduceProd", 1, 2, kNumbers, Reduce},
    {"ReduceSum", 1, 2, kNumbers, Reduce},
    {"ReduceSumSquare", 1, 2, kNumbers, Reduce},
    {"TopK", 1, 2, kNumbers, TopK},
};

}  // namespace

Span<const InferRule> ReduceRules() { return kRules; }

}  // namespace mmdeploy::graph
