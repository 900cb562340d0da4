// Operators that choose elements by index or by condition.

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

Result<void> Gather(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectInteger(1));
  const int64_t axis = c.Int("axis", 0);
  c.Set(0, c.element(0));
  if (!c.dims(0)) return {};
  const Dims& data = *c.dims(0);
  MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, data.size()));
  if (!c.dims(1)) return {};
  const Content* indices = c.content(1);
  for (size_t i = 0; indices && data[place].is_known() && i < indices->elements.size(); ++i) {
    const SymInt& index = indices->elements[i];
    const int64_t size = data[place].value();
    if (index.is_known() && (index.value() < -size || index.value() >= size)) {
      return c.Fail("index {} is {}, allowed for dimension {} of {}: {}..{}", i, index.value(),
                    place, c.DescribeInput(0), -size, size - 1);
    }
  }
  Dims dims(data.begin(), data.begin() + static_cast<int64_t>(place));
  dims.insert(dims.end(), c.dims(1)->begin(), c.dims(1)->end());
  dims.insert(dims.end(), data.begin() + static_cast<int64_t>(place) + 1, data.end());
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> CheckEqualRanks(const InferContext& c, size_t i, size_t j) {
  if (c.dims(i) && c.dims(j) && c.dims(i)->size() != c.dims(j)->size()) {
    return c.Fail("{} and {} must have equally many dimensions", c.DescribeInput(i),
                  c.DescribeInput(j));
  }
  return {};
}

Result<void> CheckAxis(InferContext& c) {
  const int64_t axis = c.Int("axis", 0);
  if (!c.dims(0)) return {};
  return c.Axis("attribute 'axis'", axis, c.dims(0)->size()).map([](size_t) {});
}

Result<void> GatherElements(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectInteger(1));
  MMDEPLOY_TRYV(CheckEqualRanks(c, 0, 1));
  MMDEPLOY_TRYV(CheckAxis(c));
  c.Set(0, c.element(0), c.dims(1));
  return {};
}

Result<void> GatherND(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 1, SIZE_MAX));
  MMDEPLOY_TRYV(c.ExpectRank(1, 1, SIZE_MAX));
  const int64_t batch = c.Int("batch_dims", 0);
  c.Set(0, c.element(0));
  if (!c.dims(0) || !c.dims(1)) return {};
  const Dims &data = *c.dims(0), &indices = *c.dims(1);
  const auto limit = static_cast<int64_t>(std::min(data.size(), indices.size())) - 1;
  if (batch < 0 || batch > limit) {
    return c.Fail("attribute 'batch_dims' is {}, allowed 0..{}", batch, limit);
  }
  if (!indices.back().is_known()) return {};
  const int64_t depth = indices.back().value();
  if (depth < 1 || depth > static_cast<int64_t>(data.size()) - batch) {
    return c.Fail("{} has indices of {} numbers, allowed 1..{}", c.DescribeInput(1), depth,
                  static_cast<int64_t>(data.size()) - batch);
  }
  Dims dims(indices.begin(), indices.end() - 1);
  dims.insert(dims.end(), data.begin() + batch + depth, data.end());
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> ScatterElements(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectInteger(1));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  MMDEPLOY_TRYV(CheckEqualRanks(c, 0, 1));
  MMDEPLOY_TRYV(CheckEqualRanks(c, 1, 2));
  MMDEPLOY_TRYV(CheckAxis(c));
  return InferSameType(c);
}

Result<void> ScatterND(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  MMDEPLOY_TRYV(c.ExpectRank(0, 1, SIZE_MAX));
  MMDEPLOY_TRYV(c.ExpectRank(1, 1, SIZE_MAX));
  return InferSameType(c);
}

Result<void> OneHot(InferContext& c) {
  const int64_t axis = c.Int("axis", -1);
  c.Set(0, c.element(2));
  if (!c.dims(0)) return {};
  Dims dims = *c.dims(0);
  MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, dims.size() + 1));
  const Content* depth = c.content(1);
  SymInt size;
  if (depth && depth->elements.size() == 1) size = depth->elements[0];
  if (size.is_known() && size.value() < 1)
    return c.Fail("the depth is {}, allowed 1 or more", size.value());
  dims.insert(dims.begin() + static_cast<int64_t>(place), size.ToDim());
  c.Set(0, c.element(2), std::move(dims));
  return {};
}

Result<void> Compress(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(1, 1));
  if (!c.node().Find("axis")) {
    c.Set(0, c.element(0), Dims(1));
    return {};
  }
  OptionalDims dims = c.dims(0);
  if (dims) {
    MMDEPLOY_TRY(const size_t axis, c.Axis("attribute 'axis'", c.Int("axis", 0), dims->size()));
    (*dims)[axis] = Dim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> NonZero(InferContext& c) {
  Dim rank;
  // A scalar counts as one row, as in numpy's nonzero of at_least_1d... engines differ: unknown.
  if (c.dims(0) && !c.dims(0)->empty()) rank = static_cast<int64_t>(c.dims(0)->size());
  c.Set(0, ElementType::kInt64, Dims{rank, Dim()});
  return {};
}

Result<void> Unique(InferContext& c) {
  OptionalDims dims = Dims(1);
  if (c.node().Find("axis")) {
    dims = c.dims(0);
    if (dims) {
      MMDEPLOY_TRY(const size_t axis, c.Axis("attribute 'axis'", c.Int("axis", 0), dims->size()));
      (*dims)[axis] = Dim();
    }
  }
  c.Set(0, c.element(0), std::move(dims));
  for (size_t i = 1; i < 4; ++i) c.Set(i, ElementType::kInt64, Dims(1));
  return {};
}

constexpr InferRule kRules[] = {
    {"Compress", 2, 2, kAnything, Compress},
    {"Gather", 2, 2, kAnything, Gather},
    {"GatherElements", 2, 2, kAnything, GatherElements},
    {"GatherND", 2, 2, kAnything, GatherND},
    {"NonZero", 1, 1, kAnything, NonZero},
    {"OneHot", 3, 3, kNumbers, OneHot},
    {"ReverseSequence", 2, 2, kAnything, InferSameType},
    {"Scatter", 3, 3, kAnything, ScatterElements},
    {"ScatterElements", 3, 3, kAnything, ScatterElements},
    {"ScatterND", 3, 3, kAnything, ScatterND},
    {"TensorScatter", 2, 3, kAnything, InferSameType},
    {"Unique", 1, 1, kAnything, Unique},
};

}  // namespace

Span<const InferRule> GatherRules() { return kRules; }

}  // namespace mmdeploy::graph
