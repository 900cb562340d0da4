// The same elements under other dimensions; no byte is copied.

#include <algorithm>

#include "mmdeploy/graph/fold/evaluate_context.h"

namespace mmdeploy::graph {

namespace {

Result<Outputs> WithDims(const EvaluateContext& c, Shape64 dims) {
  std::optional<int64_t> count = NumElements(dims);
  if (!count || *count != c.in(0).num_elements()) {
    return c.Fail("the new shape does not hold {} elements", c.in(0).num_elements());
  }
  return Outputs{c.in(0).Reshaped(std::move(dims))};
}

Result<Outputs> Reshape(EvaluateContext& c) {
  if (!c.Has(1)) return c.Decline();
  MMDEPLOY_TRY(Shape64 dims, c.Ints(1));
  const bool zero_copies = c.node().Int("allowzero", 0) == 0;
  const Shape64& from = c.in(0).dims();
  int64_t known = 1;
  size_t hole = SIZE_MAX;
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i] == 0 && zero_copies) {
      if (i >= from.size()) return c.Fail("element {} of the shape copies no dimension", i);
      dims[i] = from[i];
    }
    if (dims[i] == -1) {
      if (hole != SIZE_MAX) return c.Fail("the shape has -1 more than once");
      hole = i;
    } else if (dims[i] < 0 || __builtin_mul_overflow(known, dims[i], &known)) {
      return c.Fail("the shape has {}", dims[i]);
    }
  }
  if (hole != SIZE_MAX) {
    if (known == 0) return c.Fail("-1 beside a dimension of 0");
    dims[hole] = c.in(0).num_elements() / known;
  }
  return WithDims(c, std::move(dims));
}

Result<Outputs> Flatten(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  const auto rank = static_cast<int64_t>(dims.size());
  int64_t axis = c.node().Int("axis", 1);
  if (axis < -rank || axis > rank) return c.Fail("axis {} for {} dimensions", axis, rank);
  if (axis < 0) axis += rank;
  const Shape64 head(dims.begin(), dims.begin() + axis), tail(dims.begin() + axis, dims.end());
  return WithDims(c, {NumElements(head).value_or(-1), NumElements(tail).value_or(-1)});
}

Result<Outputs> Squeeze(EvaluateContext& c) {
  const Shape64& dims = c.in(0).dims();
  MMDEPLOY_TRY(const auto axes, c.AttributeOrInput("axes", 1));
  Shape64 result;
  if (!axes) {
    std::copy_if(dims.begin(), dims.end(), std::back_inserter(result),
                 [](int64_t dim) { return dim != 1; });
    return WithDims(c, std::move(result));
  }
  if (axes->empty()) return WithDims(c, dims);
  MMDEPLOY_TRY(const std::vector<bool> goes, c.AxisFlags(*axes, dims.size()));
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!goes[i]) result.push_back(dims[i]);
  }
  return WithDims(c, std::move(result));
}

Result<Outputs> Unsqueeze(EvaluateContext& c) {
  MMDEPLOY_TRY(const auto axes, c.AttributeOrInput("axes", 1));
  if (!axes) return c.Fail("the axes are missing");
  const Shape64& dims = c.in(0).dims();
  if (axes->empty()) return WithDims(c, dims);
  MMDEPLOY_TRY(const std::vector<bool> is_new, c.AxisFlags(*axes, dims.size() + axes->size()));
  Shape64 result;
  size_t next = 0;
  for (bool inserted : is_new) result.push_back(inserted ? 1 : dims[next++]);
  return WithDims(c, std::move(result));
}

Result<Outputs> Identity(EvaluateContext& c) { return Outputs{c.ptr(0)}; }

constexpr Evaluator kEvaluators[] = {
    {"Flatten", 1, 1, Flatten}, {"Identity", 1, 1, Identity},   {"Reshape", 1, 2, Reshape},
    {"Squeeze", 1, 2, Squeeze}, {"Unsqueeze", 1, 2, Unsqueeze},
};

}  // namespace

Span<const Evaluator> ReshapeEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
