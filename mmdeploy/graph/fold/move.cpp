// Operators that put whole blocks of elements elsewhere.

#include <algorithm>
#include <numeric>

#include "mmdeploy/graph/fold/evaluate_context.h"
#include "mmdeploy/graph/fold/strided.h"

namespace mmdeploy::graph {

namespace {

// The elements of input 0 at `places` as a tensor of `dims`.
Result<Outputs> Take(EvaluateContext& c, const Shape64& dims, const Strided& places) {
  const TensorData& from = c.in(0);
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(from.type()));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(from.type(), dims));
  CopyStrided(dims, from.bytes().data(), places, bytes.data(), Contiguous(dims), size);
  return Outputs{TensorData::Own(from.type(), dims, std::move(bytes))};
}

Result<Outputs> Transpose(EvaluateContext& c) {
  const Shape64& from = c.in(0).dims();
  std::vector<int64_t> perm(from.size());
  std::iota(perm.rbegin(), perm.rend(), 0);
  perm = c.node().Ints("perm", perm);
  MMDEPLOY_TRY(const std::vector<bool> seen, c.AxisFlags(perm, from.size()));
  if (perm.size() != from.size())
    return c.Fail("'perm' has {} axes, needed {}", perm.size(), from.size());
  const Strided places = Contiguous(from);
  Shape64 dims;
  Strided turned;
  for (int64_t axis : perm) {
    if (axis < 0) return c.Fail("'perm' has the negative axis {}", axis);
    dims.push_back(from[static_cast<size_t>(axis)]);
    turned.strides.push_back(places.strides[static_cast<size_t>(axis)]);
  }
  return Take(c, dims, turned);
}

Result<Outputs> Expand(EvaluateContext& c) {
  MMDEPLOY_TRY(const Shape64 shape, c.Ints(1));
  for (int64_t dim : shape) {
    if (dim < 0) return c.Fail("the shape has {}", dim);
  }
  MMDEPLOY_TRY(const Shape64 dims, BroadcastShapes(c, c.in(0).dims(), shape));
  return Take(c, dims, Broadcasted(c.in(0).dims(), dims));
}

// Seen as one dimension of repetitions before each dimension of elements.
Result<Outputs> Tile(EvaluateContext& c) {
  const Shape64& from = c.in(0).dims();
  MMDEPLOY_TRY(const Shape64 repeats, c.Ints(1));
  if (repeats.size() != from.size()) {
    return c.Fail("{} repeats for {} dimensions", repeats.size(), from.size());
  }
  const Strided places = Contiguous(from);
  Shape64 split, dims;
  Strided repeated;
  for (size_t i = 0; i < from.size(); ++i) {
    int64_t dim;
    if (repeats[i] < 0 || __builtin_mul_overflow(repeats[i], from[i], &dim)) {
      return c.Fail("repeat {} is {}", i, repeats[i]);
    }
    dims.push_back(dim);
    split.insert(split.end(), {repeats[i], from[i]});
    repeated.strides.insert(repeated.strides.end(), {0, places.strides[i]});
  }
  MMDEPLOY_TRY(Outputs outputs, Take(c, split, repeated));
  return Outputs{outputs[0]->Reshaped(std::move(dims))};
}

struct Cut {
  std::vector<int64_t> starts, ends, axes, steps;
};

Result<Cut> ReadCut(const EvaluateContext& c) {
  Cut cut;
  MMDEPLOY_TRY(const auto starts, c.AttributeOrInput("starts", 1));
  MMDEPLOY_TRY(const auto ends, c.AttributeOrInput("ends", 2));
  MMDEPLOY_TRY(const auto axes, c.AttributeOrInput("axes", 3));
  if (!starts || !ends) return c.Fail("starts or ends are missing");
  cut.starts = *starts;
  cut.ends = *ends;
  cut.axes.resize(cut.starts.size());
  std::iota(cut.axes.begin(), cut.axes.end(), 0);
  if (axes) cut.axes = *axes;
  cut.steps.assign(cut.starts.size(), 1);
  if (c.Has(4)) {
    MMDEPLOY_TRY(cut.steps, c.Ints(4));
  }
  const size_t count = cut.starts.size();
  if (cut.ends.size() != count || cut.axes.size() != count || cut.steps.size() != count) {
    return c.Fail("starts, ends, axes and steps are not equally many");
  }
  return cut;
}

Result<Outputs> Slice(EvaluateContext& c) {
  MMDEPLOY_TRY(const Cut cut, ReadCut(c));
  Shape64 dims = c.in(0).dims();
  Strided places = Contiguous(dims);
  if (!cut.axes.empty()) {
    auto flags = c.AxisFlags(cut.axes, dims.size());
    if (!flags) return MakeError(std::move(flags).error());
  }
  for (size_t i = 0; i < cut.axes.size(); ++i) {
    MMDEPLOY_TRY(const size_t axis, c.Axis(cut.axes[i], dims.size()));
    const int64_t size = dims[axis], step = cut.steps[i];
    if (step == 0 || step == INT64_MIN) return c.Fail("a step of {}", step);
    const int64_t low = step > 0 ? 0 : -1, high = step > 0 ? size : size - 1;
    auto clip = [&](int64_t at) {
      if (at < 0) at = at < -size ? low : at + size;
      return std::clamp(at, low, std::max(low, high));
    };
    const int64_t from = clip(cut.starts[i]), to = clip(cut.ends[i]);
    const int64_t way = step > 0 ? to - from : from - to, stride = std::abs(step);
    const int64_t count = way <= 0 ? 0 : (way - 1) / stride + 1;
    dims[axis] = count;
    if (count == 0) continue;
    places.offset += from * places.strides[axis];
    // With one element the step leads nowhere, and may be huge.
    places.strides[axis] *= count > 1 ? step : 0;
  }
  return Take(c, dims, places);
}

Result<Outputs> Concat(EvaluateContext& c) {
  Shape64 dims = c.in(0).dims();
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", 1), dims.size()));
  const ElementType type = c.in(0).type();
  int64_t total = 0;
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    if (!c.Has(i) || c.in(i).type() != type) return c.Fail("input {} does not match", i);
    Shape64 other = c.in(i).dims();
    if (other.size() != dims.size() || __builtin_add_overflow(total, other[axis], &total)) {
      return c.Fail("input {} has {} dimensions, needed {}", i, other.size(), dims.size());
    }
    other[axis] = dims[axis];
    if (other != dims) return c.Fail("input {} has other dimensions than input 0", i);
  }
  dims[axis] = total;
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(type));
  MMDEPLOY_TRY(std::string bytes, c.Allocate(type, dims));
  Strided places = Contiguous(dims);
  for (size_t i = 0; i < c.num_inputs(); ++i) {
    const TensorData& part = c.in(i);
    CopyStrided(part.dims(), part.bytes().data(), Contiguous(part.dims()), bytes.data(), places,
                size);
    places.offset += part.dims()[axis] * places.strides[axis];
  }
  return Outputs{TensorData::Own(type, dims, std::move(bytes))};
}

Result<std::vector<int64_t>> SplitSizes(EvaluateContext& c, int64_t whole) {
  const auto count = static_cast<int64_t>(c.node().num_outputs());
  MMDEPLOY_TRY(const auto given, c.AttributeOrInput("split", 1));
  std::vector<int64_t> sizes;
  if (given) {
    sizes = *given;
  } else {
    const int64_t piece = (whole + count - 1) / count;
    if (c.opset() < 18 && whole % count != 0)
      return c.Fail("{} does not split into {}", whole, count);
    for (int64_t i = 0; i < count; ++i) {
      sizes.push_back(std::max<int64_t>(0, std::min(piece, whole - i * piece)));
    }
  }
  int64_t sum = 0;
  for (int64_t size : sizes) {
    if (size < 0 || __builtin_add_overflow(sum, size, &sum)) return c.Fail("a piece of {}", size);
  }
  if (sum != whole || static_cast<int64_t>(sizes.size()) != count) {
    return c.Fail("{} pieces of {} in all for {} outputs of {}", sizes.size(), sum, count, whole);
  }
  return sizes;
}

Result<Outputs> Split(EvaluateContext& c) {
  const Shape64& whole = c.in(0).dims();
  MMDEPLOY_TRY(const size_t axis, c.Axis(c.node().Int("axis", 0), whole.size()));
  if (c.node().num_outputs() == 0) return c.Decline();
  MMDEPLOY_TRY(const std::vector<int64_t> sizes, SplitSizes(c, whole[axis]));
  Strided places = Contiguous(whole);
  Outputs outputs;
  for (int64_t size : sizes) {
    Shape64 dims = whole;
    dims[axis] = size;
    MMDEPLOY_TRY(Outputs part, Take(c, dims, places));
    outputs.push_back(std::move(part[0]));
    places.offset += size * places.strides[axis];
  }
  return outputs;
}

// Begins, then ends, of every dimension.
Result<std::vector<int64_t>> ReadPads(EvaluateContext& c, size_t rank) {
  MMDEPLOY_TRY(const auto pads, c.AttributeOrInput("pads", 1));
  if (!pads) return c.Fail("the pads are missing");
  std::vector<int64_t> axes(rank), all(2 * rank, 0);
  std::iota(axes.begin(), axes.end(), 0);
  if (c.Has(3)) {
    MMDEPLOY_TRY(axes, c.Ints(3));
  }
  if (pads->size() != 2 * axes.size()) {
    return c.Fail("{} pads for {} axes", pads->size(), axes.size());
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    MMDEPLOY_TRY(const size_t axis, c.Axis(axes[i], rank));
    all[axis] = (*pads)[i];
    all[rank + axis] = (*pads)[axes.size() + i];
  }
  for (int64_t pad : all) {
    // Cropping with Pad is for the engines.
    if (pad < 0 || pad > INT32_MAX) return c.Decline();
  }
  return all;
}

Result<Outputs> Pad(EvaluateContext& c) {
  const TensorData& from = c.in(0);
  if (c.node().String("mode", "constant") != "constant") return c.Decline();
  const size_t rank = from.rank();
  MMDEPLOY_TRY(const std::vector<int64_t> pads, ReadPads(c, rank));
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(from.type()));
  Shape64 dims = from.dims();
  for (size_t i = 0; i < rank; ++i) dims[i] += pads[i] + pads[rank + i];
  MMDEPLOY_TRY(std::string bytes, c.Allocate(from.type(), dims));
  if (c.opset() < 11) {
    const float value = c.node().Float("value", 0);
    if (value != 0 && from.type() != ElementType::kFloat32) return c.Decline();
    for (size_t at = 0; value != 0 && at < bytes.size(); at += size) {
      std::memcpy(bytes.data() + at, &value, size);
    }
  } else if (c.Has(2)) {
    const TensorData& value = c.in(2);
    if (value.type() != from.type() || value.num_elements() != 1) {
      return c.Fail("the value must be one element of {}", Name(from.type()));
    }
    for (size_t at = 0; at < bytes.size(); at += size) {
      std::memcpy(bytes.data() + at, value.bytes().data(), size);
    }
  }
  Strided places = Contiguous(dims);
  for (size_t i = 0; i < rank; ++i) places.offset += pads[i] * places.strides[i];
  CopyStrided(from.dims(), from.bytes().data(), Contiguous(from.dims()), bytes.data(), places,
              size);
  return Outputs{TensorData::Own(from.type(), dims, std::move(bytes))};
}

// Zeros above or below a diagonal of the last two dimensions.
Result<Outputs> Trilu(EvaluateContext& c) {
  const TensorData& from = c.in(0);
  if (from.rank() < 2) return c.Fail("input 0 has {} dimensions, needed 2", from.rank());
  const bool upper = c.node().Int("upper", 1) != 0;
  int64_t k = 0;
  if (c.Has(1)) {
    MMDEPLOY_TRY(const std::vector<int64_t> given, c.Ints(1));
    if (given.size() != 1) return c.Fail("k has {} elements, needed 1", given.size());
    k = std::clamp<int64_t>(given[0], -(int64_t{1} << 40), int64_t{1} << 40);
  }
  MMDEPLOY_TRY(const size_t size, c.ElementBytes(from.type()));
  std::string bytes(from.bytes());
  const int64_t rows = from.dims()[from.rank() - 2], columns = from.dims()[from.rank() - 1];
  for (int64_t i = 0; i < from.num_elements(); ++i) {
    const int64_t row = i / columns % rows, column = i % columns;
    const bool stays = upper ? column - row >= k : column - row <= k;
    if (!stays) std::memset(bytes.data() + static_cast<size_t>(i) * size, 0, size);
  }
  return Outputs{TensorData::Own(from.type(), from.dims(), std::move(bytes))};
}

constexpr Evaluator kEvaluators[] = {
    {"Concat", 1, kAnyNumber, Concat},
    {"Expand", 2, 2, Expand},
    {"Pad", 1, 4, Pad},
    {"Slice", 1, 5, Slice},
    {"Split", 1, 2, Split},
    {"Tile", 2, 2, Tile},
    {"Transpose", 1, 1, Transpose},
    {"Trilu", 1, 2, Trilu},
};

}  // namespace

Span<const Evaluator> MoveEvaluators() { return kEvaluators; }

}  // namespace mmdeploy::graph
