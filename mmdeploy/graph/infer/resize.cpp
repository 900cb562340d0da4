// Operators that sample images at other sizes or places.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// The dimensions that scales and sizes are for.
Result<std::vector<size_t>> ReadAxes(InferContext& c, size_t rank) {
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  axes = c.Ints("axes").value_or(axes);
  std::vector<size_t> places;
  for (int64_t axis : axes) {
    MMDEPLOY_TRY(const size_t place, c.Axis("an axis", axis, rank));
    places.push_back(place);
  }
  return places;
}

Result<void> ResizeByScales(InferContext& c, const std::vector<double>& scales) {
  Dims dims = *c.dims(0);
  MMDEPLOY_TRY(const std::vector<size_t> axes, ReadAxes(c, dims.size()));
  if (scales.size() != axes.size()) {
    return c.Fail("{} scales for {} dimensions", scales.size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    if (!(scales[i] > 0)) return c.Fail("scale {} is {}, allowed above 0", i, scales[i]);
    dims[axes[i]] = Scaled(dims[axes[i]], static_cast<float>(scales[i])).ToDim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// One factor for all axes, so that none (not_larger) or all (not_smaller) exceed what is asked.
void KeepAspectRatio(const std::vector<size_t>& axes, bool larger, const Dims& from, Dims* to) {
  std::optional<float> factor;
  for (size_t axis : axes) {
    if (!from[axis].is_known() || !(*to)[axis].is_known() || from[axis].value() == 0) {
      factor.reset();
      break;
    }
    const float ratio =
        static_cast<float>((*to)[axis].value()) / static_cast<float>(from[axis].value());
    factor = !factor ? ratio : larger ? std::max(*factor, ratio) : std::min(*factor, ratio);
  }
  for (size_t axis : axes) {
    (*to)[axis] = Dim();
    if (!factor) continue;
    const float size = *factor * static_cast<float>(from[axis].value());
    if (size < 9e18f) (*to)[axis] = int64_t{std::llround(size)};
  }
}

Result<void> ResizeToSizes(InferContext& c, const std::vector<SymInt>& sizes) {
  const Dims& from = *c.dims(0);
  Dims dims = from;
  MMDEPLOY_TRY(const std::vector<size_t> axes, ReadAxes(c, dims.size()));
  if (sizes.size() != axes.size()) {
    return c.Fail("{} sizes for {} dimensions", sizes.size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    if (sizes[i].is_known() && sizes[i].value() < 0) {
      return c.Fail("size {} is {}, allowed 0 or more", i, sizes[i].value());
    }
    dims[axes[i]] = sizes[i].ToDim();
  }
  const std::string policy = c.String("keep_aspect_ratio_policy", "stretch");
  if (policy != "stretch") KeepAspectRatio(axes, policy == "not_smaller", from, &dims);
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// An optional input may be left out or, as old exporters write it, be empty.
bool IsGiven(const InferContext& c, size_t i) {
  const OptionalDims& dims = c.dims(i);
  return c.Has(i) && !(dims && dims->size() == 1 && (*dims)[0] == Dim(0));
}

Result<void> Resize(InferContext& c) {
  const size_t scales_at = c.opset() < 11 ? 1 : 2;
  c.Set(0, c.element(0));
  if (!IsGiven(c, scales_at) && !IsGiven(c, 3)) return c.Fail("scales and sizes are both missing");
  if (!c.dims(0)) return {};
  if (IsGiven(c, 3)) {
    std::optional<std::vector<SymInt>> sizes = c.Elements(3);
    if (sizes) return ResizeToSizes(c, *sizes);
  } else if (std::optional<std::vector<double>> scales = c.KnownNumbers(scales_at)) {
    if (c.String("coordinate_transformation_mode", "") != "tf_crop_and_resize") {
      return ResizeByScales(c, *scales);
    }
  }
  Dims dims = *c.dims(0);
  MMDEPLOY_TRY(const std::vector<size_t> axes, ReadAxes(c, dims.size()));
  for (size_t axis : axes) dims[axis] = Dim();
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Upsample(InferContext& c) {
  std::optional<std::vector<double>> scales = c.KnownNumbers(1);
  if (std::optional<std::vector<float>> given = c.Floats("scales")) {
    scales.emplace(given->begin(), given->end());
  }
  c.Set(0, c.element(0));
  if (!c.dims(0)) return {};
  if (scales) return ResizeByScales(c, *scales);
  c.Set(0, c.element(0), Dims(c.dims(0)->size()));
  return {};
}

// Data [batch, channels, spatial...] at grid [batch, spatial..., coordinates].
Result<void> GridSample(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3, SIZE_MAX));
  MMDEPLOY_TRYV(c.ExpectRank(1, 3, SIZE_MAX));
  const OptionalDims &data = c.dims(0), &grid = c.dims(1);
  c.Set(0, c.element(0));
  if (!data && !grid) return {};
  const size_t rank = data ? data->size() : grid->size();
  if (data && grid && data->size() != grid->size()) {
    return c.Fail("{} and {} must have equally many dimensions", c.DescribeInput(0),
                  c.DescribeInput(1));
  }
  if (grid && grid->back().is_known() && grid->back().value() != static_cast<int64_t>(rank) - 2) {
    return c.Fail("{} has {} coordinates per place, needed {}", c.DescribeInput(1),
                  grid->back().value(), rank - 2);
  }
  Dims dims(rank);
  if (data) dims[1] = (*data)[1];
  MMDEPLOY_TRY(dims[0],
               c.Same("batch sizes", data ? (*data)[0] : Dim(), grid ? (*grid)[0] : Dim()));
  for (size_t i = 2; grid && i < rank; ++i) dims[i] = (*grid)[i - 1];
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// theta [batch, n, n+1] and size [batch, channels, spatial...] to [batch, spatial..., n].
Result<void> AffineGrid(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3));
  c.Set(0, c.element(0));
  std::optional<std::vector<SymInt>> size = c.Elements(1);
  if (!size) return {};
  if (size->size() != 4 && size->size() != 5) {
    return c.Fail("the size has {} numbers, allowed 4 or 5", size->size());
  }
  Dims dims = {(*size)[0].ToDim()};
  for (size_t i = 2; i < size->size(); ++i) dims.push_back((*size)[i].ToDim());
  dims.emplace_back(static_cast<int64_t>(size->size()) - 2);
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

constexpr InferRule kRules[] = {
    {"AffineGrid", 2, 2, kFloats, AffineGrid},
    {"GridSample", 2, 2, kAnything, GridSample},
    {"Resize", 1, 4, kAnything, Resize},
    {"Upsample", 1, 2, kAnything, Upsample},
};

}  // namespace

Span<const InferRule> ResizeRules() { return kRules; }

}  // namespace mmdeploy::graph
