// Operators that join, cut and pad along axes.

#include <algorithm>
#include <numeric>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

Result<void> Concat(InferContext& c) {
  ElementType element = c.element(0);
  OptionalDims dims;
  SymInt size = 0;
  bool complete = true;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    MMDEPLOY_TRYV(c.ExpectSameElement(0, i));
    if (element == ElementType::kUndefined) element = c.element(i);
    complete = complete && c.dims(i);
    if (!c.dims(i)) continue;
    const Dims& other = *c.dims(i);
    MMDEPLOY_TRY(const size_t axis, c.Axis("attribute 'axis'", c.Int("axis", 1), other.size()));
    size = size + SymInt(other[axis]);
    if (!dims) {
      dims = other;
      continue;
    }
    if (dims->size() != other.size()) {
      return c.Fail("{} has {} dimensions, others have {}", c.DescribeInput(i), other.size(),
                    dims->size());
    }
    for (size_t k = 0; k < other.size(); ++k) {
      if (k == axis) continue;
      auto same = c.Same(fmt::format("sizes of dimension {}", k), (*dims)[k], other[k]);
      if (!same) return MakeError(same.error().In(c.DescribeInput(i)));
      (*dims)[k] = std::move(*same);
    }
  }
  if (dims) {
    MMDEPLOY_TRY(const size_t axis, c.Axis("attribute 'axis'", c.Int("axis", 1), dims->size()));
    (*dims)[axis] = complete ? size.ToDim() : Dim();
  }
  c.Set(0, element, std::move(dims));
  return {};
}

// Checks the sizes of the pieces against the whole.
Result<void> CheckSplit(const InferContext& c, const std::vector<int64_t>& sizes,
                        const Dim& whole) {
  if (sizes.size() != c.node().num_outputs()) {
    return c.Fail("{} sizes for {} outputs", sizes.size(), c.node().num_outputs());
  }
  int64_t sum = 0;
  for (int64_t size : sizes) {
    if (size < 0 || __builtin_add_overflow(sum, size, &sum)) {
      return c.Fail("a piece has the size {}, allowed 0 or more", size);
    }
  }
  if (whole.is_known() && sum != whole.value()) {
    return c.Fail("the pieces sum up to {}, the dimension of {} is {}", sum, c.DescribeInput(0),
                  whole.value());
  }
  return {};
}

Result<void> Split(InferContext& c) {
  const int64_t axis = c.Int("axis", 0);
  const auto given = c.AttributeOrInput("split", 1);
  const size_t count = c.node().num_outputs();
  for (size_t i = 0; i < count; ++i) c.Set(i, c.element(0));
  if (!c.dims(0)) return {};
  const Dims& dims = *c.dims(0);
  MMDEPLOY_TRY(const size_t place, c.Axis("attribute 'axis'", axis, dims.size()));
  const Dim& whole = dims[place];
  if (given && *given) MMDEPLOY_TRYV(CheckSplit(c, **given, whole));
  const auto pieces = static_cast<int64_t>(count);
  const bool even = given && !*given;
  if (even && c.opset() < 18 && whole.is_known() && pieces > 0 && whole.value() % pieces != 0) {
    return c.Fail("dimension {} of {} does not split into {} equal pieces", place,
                  c.DescribeInput(0), pieces);
  }
  std::optional<std::vector<SymInt>> sizes = c.Elements(1);
  const SymInt piece = c.opset() < 18 ? FloorDiv(whole, pieces) : CeilDiv(whole, pieces);
  for (size_t i = 0; i < count; ++i) {
    Dims part = dims;
    if (even) {
      // Since version 18 the last piece is what is left.
      const bool is_rest = i + 1 == count && c.opset() >= 18;
      part[place] = (is_rest ? SymInt(whole) - piece * SymInt(pieces - 1) : piece).ToDim();
    } else if (given) {
      part[place] = (**given)[i];
    } else {
      part[place] = sizes && sizes->size() == count ? (*sizes)[i].ToDim() : Dim();
    }
    c.Set(i, c.element(0), std::move(part));
  }
  return {};
}

// One end of a slice as a place: negative numbers count from the end. What exporters write for "to
// the end" lies far outside, and becomes `low` or `high`.
SymInt ResolveEnd(const SymInt& position, const SymInt& size, const SymInt& low,
                  const SymInt& high) {
  if (!position.is_known()) return IsNonNegative(position) ? position : SymInt();
  if (position.value() >= INT32_MAX - 1) return high;
  if (position.value() <= INT32_MIN + 1) return low;
  return position.value() < 0 ? size + position : position;
}

// Of the two clips of each end only those matter that do not make the slice empty anyway.
SymInt SlicedSize(const SymInt& size, const SymInt& start, const SymInt& end, int64_t step) {
  if (step > 0) {
    const SymInt from = Max(ResolveEnd(start, size, 0, size), 0);
    const SymInt to = Min(ResolveEnd(end, size, 0, size), size);
    return Max(CeilDiv(to - from, step), 0);
  }
  if (step == INT64_MIN) return {};
  const SymInt from = Min(ResolveEnd(start, size, -1, size - 1), size - 1);
  const SymInt to = Max(ResolveEnd(end, size, -1, size - 1), -1);
  return Max(CeilDiv(from - to, -step), 0);
}

struct SliceArguments {
  std::vector<SymInt> starts, ends, steps;
  std::vector<int64_t> axes;
};

// nullopt if we do not know which axes are cut.
Result<std::optional<SliceArguments>> ReadSlice(InferContext& c) {
  SliceArguments slice;
  const bool by_attribute = c.opset() < 10 && c.node().Find("starts");
  auto read = [&](std::string_view name, size_t i) -> std::optional<std::vector<SymInt>> {
    if (!by_attribute) return c.Elements(i);
    std::optional<std::vector<int64_t>> ints = c.Ints(name);
    if (!ints) return std::nullopt;
    return std::vector<SymInt>(ints->begin(), ints->end());
  };
  if (!by_attribute && (!c.Has(1) || !c.Has(2))) return c.Fail("starts or ends are missing");
  std::optional<std::vector<SymInt>> starts = read("starts", 1), ends = read("ends", 2);
  if (!starts || !ends) return std::optional<SliceArguments>();
  slice.starts = std::move(*starts);
  slice.ends = std::move(*ends);
  const size_t count = slice.starts.size();
  slice.axes.resize(count);
  std::iota(slice.axes.begin(), slice.axes.end(), 0);
  slice.steps.assign(count, 1);
  if (by_attribute ? c.node().Find("axes") != nullptr : c.Has(3)) {
    std::optional<std::vector<int64_t>> axes = by_attribute ? c.Ints("axes") : c.KnownInts(3);
    if (!axes) return std::optional<SliceArguments>();
    slice.axes = std::move(*axes);
  }
  if (!by_attribute && c.Has(4)) {
    slice.steps = c.Elements(4).value_or(std::vector<SymInt>(count));
  }
  if (slice.ends.size() != count || slice.axes.size() != count || slice.steps.size() != count) {
    return c.Fail("{} starts, {} ends, {} axes and {} steps must be equally many", count,
                  slice.ends.size(), slice.axes.size(), slice.steps.size());
  }
  return std::optional<SliceArguments>(std::move(slice));
}

Result<void> Slice(InferContext& c) {
  MMDEPLOY_TRY(const std::optional<SliceArguments> slice, ReadSlice(c));
  c.Set(0, c.element(0));
  if (!c.dims(0)) return {};
  if (!slice) {
    c.Set(0, c.element(0), Dims(c.dims(0)->size()));
    return {};
  }
  Dims dims = *c.dims(0);
  MMDEPLOY_TRYV(c.Axes(slice->axes, dims.size()).map([](const auto&) {}));
  for (size_t i = 0; i < slice->axes.size(); ++i) {
    MMDEPLOY_TRY(const size_t axis, c.Axis("an axis", slice->axes[i], dims.size()));
    const SymInt& step = slice->steps[i];
    if (step.is_known() && step.value() == 0) return c.Fail("step {} is 0", i);
    dims[axis] =
        !step.is_known()
            ? Dim()
            : SlicedSize(dims[axis], slice->starts[i], slice->ends[i], step.value()).ToDim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// Begins, then ends, for all dimensions; nullopt if not known.
Result<std::optional<std::vector<SymInt>>> ReadPads(InferContext& c, size_t rank) {
  using Pads = std::optional<std::vector<SymInt>>;
  Pads pads = c.Elements(1);
  if (c.opset() < 11) {
    std::optional<std::vector<int64_t>> ints = c.Ints("pads");
    if (!ints) return c.Fail("attribute 'pads' is missing");
    pads.emplace(ints->begin(), ints->end());
  } else if (!c.Has(1)) {
    return c.Fail("the pads are missing");
  }
  if (!pads) return Pads();
  std::vector<int64_t> axes(rank);
  std::iota(axes.begin(), axes.end(), 0);
  if (c.Has(3)) {
    std::optional<std::vector<int64_t>> given = c.KnownInts(3);
    if (!given) return Pads();
    axes = std::move(*given);
  }
  const size_t count = axes.size();
  if (pads->size() != 2 * count) {
    return c.Fail("{} pads for {} axes, needed {}", pads->size(), count, 2 * count);
  }
  std::vector<SymInt> all(2 * rank, 0);
  for (size_t i = 0; i < count; ++i) {
    MMDEPLOY_TRY(const size_t axis, c.Axis("an axis", axes[i], rank));
    all[axis] = (*pads)[i];
    all[rank + axis] = (*pads)[count + i];
  }
  return Pads(std::move(all));
}

Result<void> Pad(InferContext& c) {
  c.Set(0, c.element(0));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  if (!c.dims(0)) return {};
  Dims dims = *c.dims(0);
  MMDEPLOY_TRY(const std::optional<std::vector<SymInt>> pads, ReadPads(c, dims.size()));
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!pads) {
      dims[i] = Dim();
      continue;
    }
    const SymInt size = SymInt(dims[i]) + ((*pads)[i] + (*pads)[dims.size() + i]);
    if (size.is_known() && size.value() < 0) {
      return c.Fail("dimension {} would get the negative size {}", i, size.value());
    }
    dims[i] = size.ToDim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> CenterCropPad(InferContext& c) {
  c.Set(0, c.element(0));
  if (!c.dims(0)) return {};
  Dims dims = *c.dims(0);
  std::vector<int64_t> axes(dims.size());
  std::iota(axes.begin(), axes.end(), 0);
  axes = c.Ints("axes").value_or(axes);
  std::optional<std::vector<SymInt>> shape = c.Elements(1);
  if (shape && shape->size() != axes.size()) {
    return c.Fail("{} sizes for {} axes", shape->size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    MMDEPLOY_TRY(const size_t axis, c.Axis("an axis", axes[i], dims.size()));
    dims[axis] = shape ? (*shape)[i].ToDim() : Dim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

constexpr InferRule kRules[] = {
    {"CenterCropPad", 2, 2, kAnything, CenterCropPad},
    {"Concat", 1, kVariadic, kAnything, Concat},
    {"Pad", 1, 4, kAnything, Pad},
    {"Slice", 1, 5, kAnything, Slice},
    {"Split", 1, 2, kAnything, Split},
};

}  // namespace

Span<const InferRule> SliceRules() { return kRules; }

}  // namespace mmdeploy::graph
