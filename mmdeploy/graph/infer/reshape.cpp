// Operators that move elements without choosing among them, or repeat them.

#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// The size that is written as -1: what the others leave. Equal dimensions on both sides cancel, so
// that unknown factors need not be known.
SymInt Remaining(Dims from, const Dims& to, size_t hole) {
  SymInt divisor = 1;
  for (size_t i = 0; i < to.size(); ++i) {
    if (i == hole) continue;
    auto same = std::find(from.begin(), from.end(), to[i]);
    if (same != from.end()) {
      from.erase(same);
    } else {
      divisor = divisor * SymInt(to[i]);
    }
  }
  const SymInt product = Product(from, 0, from.size());
  if (divisor.is_unknown() || (divisor.is_known() && divisor.value() == 0)) return {};
  return ExactDiv(product, divisor);
}

Result<void> CheckCount(const InferContext& c, const Dims& from, const Dims& to) {
  const SymInt have = Product(from, 0, from.size()), want = Product(to, 0, to.size());
  if (have.is_known() && want.is_known() && have.value() != want.value()) {
    return c.Fail("{} has {} elements, the new shape {}", c.DescribeInput(0), have.value(),
                  want.value());
  }
  return {};
}

// An element 0 of the shape copies the dimension at its place.
Result<Dim> ReshapedDim(const InferContext& c, const SymInt& wanted, size_t i, bool zero_copies) {
  if (!wanted.is_known() || wanted.value() > 0 || (wanted.value() == 0 && !zero_copies)) {
    // What is computed may turn out to be 0 or -1 unless it is a size.
    return wanted.is_symbol() && !IsNonNegative(wanted) ? Dim() : wanted.ToDim();
  }
  if (!c.dims(0)) return Dim();
  if (i >= c.dims(0)->size()) {
    return c.Fail("element {} of the shape copies a dimension that {} does not have", i,
                  c.DescribeInput(0));
  }
  return (*c.dims(0))[i];
}

Result<void> Reshape(InferContext& c) {
  std::optional<std::vector<SymInt>> shape = c.Elements(1);
  if (c.opset() < 5 && c.node().Find("shape")) {
    const auto ints = c.Ints("shape").value_or(std::vector<int64_t>());
    shape.emplace(ints.begin(), ints.end());
  }
  c.Set(0, c.element(0));
  MMDEPLOY_TRYV(c.ExpectRank(1, 1));
  if (!shape) return {};
  const bool zero_copies = c.Int("allowzero", 0) == 0;
  Dims dims;
  size_t hole = SIZE_MAX;
  for (size_t i = 0; i < shape->size(); ++i) {
    const SymInt& wanted = (*shape)[i];
    if (wanted.is_known() && wanted.value() < -1) {
      return c.Fail("element {} of the shape is {}, allowed -1 or more", i, wanted.value());
    }
    if (wanted.is_known() && wanted.value() == -1) {
      if (hole != SIZE_MAX) return c.Fail("the shape has -1 more than once");
      hole = i;
      dims.emplace_back();
      continue;
    }
    MMDEPLOY_TRY(Dim dim, ReshapedDim(c, wanted, i, zero_copies));
    dims.push_back(std::move(dim));
  }
  const auto is_unknown = [](const Dim& dim) { return dim.is_unknown(); };
  const auto unknown = std::count_if(dims.begin(), dims.end(), is_unknown);
  // One size that we do not know follows from the others, whether it is written as -1 or not.
  if (unknown == 1 && hole == SIZE_MAX) {
    hole = static_cast<size_t>(std::find_if(dims.begin(), dims.end(), is_unknown) - dims.begin());
  }
  if (hole != SIZE_MAX && unknown == 1 && c.dims(0)) {
    dims[hole] = Remaining(*c.dims(0), dims, hole).ToDim();
  }
  if (c.dims(0)) MMDEPLOY_TRYV(CheckCount(c, *c.dims(0), dims));
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Flatten(InferContext& c) {
  const int64_t axis = c.Int("axis", 1);
  if (!c.dims(0)) {
    c.Set(0, c.element(0), Dims(2));
    return {};
  }
  const Dims& dims = *c.dims(0);
  const auto rank = static_cast<int64_t>(dims.size());
  if (axis < -rank || axis > rank) {
    return c.Fail("attribute 'axis' is {}, allowed {}..{}", axis, -rank, rank);
  }
  const auto middle = static_cast<size_t>(axis < 0 ? axis + rank : axis);
  c.Set(0, c.element(0),
        Dims{Product(dims, 0, middle).ToDim(), Product(dims, middle, dims.size()).ToDim()});
  return {};
}

Result<void> Squeeze(InferContext& c) {
  const auto given = c.AttributeOrInput("axes", 1);
  c.Set(0, c.element(0));
  if (!given || !c.dims(0)) return {};
  const Dims& dims = *c.dims(0);
  Dims result;
  if (!*given) {
    for (const Dim& dim : dims) {
      if (!dim.is_known()) return {};  // it may be 1
      if (dim.value() != 1) result.push_back(dim);
    }
    c.Set(0, c.element(0), std::move(result));
    return {};
  }
  MMDEPLOY_TRY(const std::vector<size_t> axes, c.Axes(**given, dims.size()));
  for (size_t i = 0; i < dims.size(); ++i) {
    if (!std::binary_search(axes.begin(), axes.end(), i)) {
      result.push_back(dims[i]);
    } else if (dims[i].is_known() && dims[i].value() != 1) {
      return c.Fail("dimension {} of {} is {}, only 1 can be removed", i, c.DescribeInput(0),
                    dims[i].value());
    }
  }
  c.Set(0, c.element(0), std::move(result));
  return {};
}

Result<void> Unsqueeze(InferContext& c) {
  const auto given = c.AttributeOrInput("axes", 1);
  c.Set(0, c.element(0));
  if (given && !*given) return c.Fail("the axes are missing");
  if (!given || !c.dims(0)) return {};
  MMDEPLOY_TRY(const std::vector<size_t> axes,
               c.Axes(**given, c.dims(0)->size() + (*given)->size()));
  Dims dims = *c.dims(0);
  for (size_t axis : axes) dims.insert(dims.begin() + static_cast<int64_t>(axis), Dim(1));
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Transpose(InferContext& c) {
  std::optional<std::vector<int64_t>> perm = c.Ints("perm");
  const OptionalDims& dims = c.dims(0);
  c.Set(0, c.element(0), perm && !dims ? OptionalDims(Dims(perm->size())) : std::nullopt);
  if (!dims) return {};
  if (!perm) {
    c.Set(0, c.element(0), Dims(dims->rbegin(), dims->rend()));
    return {};
  }
  std::vector<bool> seen(dims->size());
  Dims result;
  for (int64_t axis : *perm) {
    const bool fits = axis >= 0 && axis < static_cast<int64_t>(dims->size());
    if (!fits || seen[static_cast<size_t>(axis)]) break;
    seen[static_cast<size_t>(axis)] = true;
    result.push_back((*dims)[static_cast<size_t>(axis)]);
  }
  if (result.size() != dims->size() || perm->size() != dims->size()) {
    return c.Fail("attribute 'perm' is [{}], needed: an order of the {} dimensions of {}",
                  fmt::join(*perm, ","), dims->size(), c.DescribeInput(0));
  }
  c.Set(0, c.element(0), std::move(result));
  return {};
}

Result<void> Expand(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(1, 1));
  c.Set(0, c.element(0));
  std::optional<std::vector<SymInt>> shape = c.Elements(1);
  if (!shape) return {};
  Dims wanted;
  for (const SymInt& size : *shape) {
    if (size.is_known() && size.value() < 0) {
      return c.Fail("the shape has {}, allowed 0 or more", size.value());
    }
    wanted.push_back(size.ToDim());
  }
  MMDEPLOY_TRY(OptionalDims dims, c.Broadcast(c.dims(0), wanted));
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> Tile(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(1, 1));
  c.Set(0, c.element(0));
  std::optional<std::vector<SymInt>> repeats = c.Elements(1);
  if (!c.dims(0)) {
    if (repeats) c.Set(0, c.element(0), Dims(repeats->size()));
    return {};
  }
  Dims dims = *c.dims(0);
  if (repeats && repeats->size() != dims.size()) {
    return c.Fail("{} repeats for {} dimensions", repeats->size(), dims.size());
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    const SymInt times = repeats ? (*repeats)[i] : SymInt();
    if (times.is_known() && times.value() < 0) {
      return c.Fail("repeat {} is {}, allowed 0 or more", i, times.value());
    }
    dims[i] = (SymInt(dims[i]) * times).ToDim();
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// [batch, channels, height, width] to another split between channels and pixels.
Result<void> Blocks(InferContext& c, bool to_space) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 4));
  const int64_t block = c.Int("blocksize", 0);
  if (block < 1 || block > (1 << 20))
    return c.Fail("attribute 'blocksize' is {}, allowed 1..2^20", block);
  if (!c.dims(0)) {
    c.Set(0, c.element(0), Dims(4));
    return {};
  }
  Dims dims = *c.dims(0);
  const int64_t area = block * block;
  auto divide = [&](size_t i, int64_t by) -> Result<void> {
    if (dims[i].is_known() && dims[i].value() % by != 0) {
      return c.Fail("dimension {} of {} must be a multiple of {}", i, c.DescribeInput(0), by);
    }
    dims[i] = FloorDiv(dims[i], by).ToDim();
    return {};
  };
  auto multiply = [&](size_t i, int64_t by) { dims[i] = (SymInt(dims[i]) * SymInt(by)).ToDim(); };
  if (to_space) {
    MMDEPLOY_TRYV(divide(1, area));
    multiply(2, block);
    multiply(3, block);
  } else {
    multiply(1, area);
    MMDEPLOY_TRYV(divide(2, block));
    MMDEPLOY_TRYV(divide(3, block));
  }
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> DepthToSpace(InferContext& c) { return Blocks(c, true); }
Result<void> SpaceToDepth(InferContext& c) { return Blocks(c, false); }

constexpr InferRule kRules[] = {
    {"DepthToSpace", 1, 1, kAnything, DepthToSpace},
    {"Expand", 2, 2, kAnything, Expand},
    {"Flatten", 1, 1, kAnything, Flatten},
    {"Reshape", 1, 2, kAnything, Reshape},
    {"SpaceToDepth", 1, 1, kAnything, SpaceToDepth},
    {"Squeeze", 1, 2, kAnything, Squeeze},
    {"Tile", 2, 2, kAnything, Tile},
    {"Transpose", 1, 1, kAnything, Transpose},
    {"Unsqueeze", 1, 2, kAnything, Unsqueeze},
};

}  // namespace

Span<const InferRule> ReshapeRules() { return kRules; }

}  // namespace mmdeploy::graph
