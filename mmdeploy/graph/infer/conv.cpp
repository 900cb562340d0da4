// Convolutions.

#include "mmdeploy/graph/infer/rules.h"
#include "mmdeploy/graph/infer/window.h"

namespace mmdeploy::graph {

namespace {

// Where the operator has its data and its weight.
struct Operands {
  size_t data = 0, weight = 1;
  ElementType result = ElementType::kUndefined;
};

Result<void> CheckRanks(const InferContext& c, const Operands& at) {
  MMDEPLOY_TRYV(c.ExpectRank(at.data, 3, SIZE_MAX));
  MMDEPLOY_TRYV(c.ExpectRank(at.weight, 3, SIZE_MAX));
  if (c.dims(at.data) && c.dims(at.weight) &&
      c.dims(at.data)->size() != c.dims(at.weight)->size()) {
    return c.Fail("{} and {} must have equally many dimensions", c.DescribeInput(at.data),
                  c.DescribeInput(at.weight));
  }
  return {};
}

Result<int64_t> ReadGroup(InferContext& c) {
  const int64_t group = c.Int("group", 1);
  if (group < 1) return c.Fail("attribute 'group' is {}, allowed 1 or more", group);
  return group;
}

// The kernel by the attribute, else by the weight; they must agree.
Result<std::vector<SymInt>> ReadKernel(InferContext& c, size_t weight, size_t spatial) {
  MMDEPLOY_TRY(auto kernel, ReadKernelShape(c, spatial));
  const OptionalDims& dims = c.dims(weight);
  std::vector<SymInt> result = kernel.value_or(std::vector<SymInt>(spatial));
  for (size_t i = 0; dims && i < spatial; ++i) {
    const Dim& dim = (*dims)[2 + i];
    if (result[i].is_known() && dim.is_known() && result[i].value() != dim.value()) {
      return c.Fail("attribute 'kernel_shape' says {} on spatial axis {}, {} has {}",
                    result[i].value(), i, c.DescribeInput(weight), dim.value());
    }
    if (!result[i].is_known()) result[i] = dim;
    if (result[i].is_known() && result[i].value() < 1) {
      return c.Fail("{} is an empty kernel", c.DescribeInput(weight));
    }
  }
  return result;
}

// The weight [M, C/group, ...] must fit the channels of the data.
Result<void> CheckChannels(const InferContext& c, const Operands& at, int64_t group) {
  if (!c.dims(at.data) || !c.dims(at.weight)) return {};
  const Dim& channels = (*c.dims(at.data))[1];
  const Dim& per_group = (*c.dims(at.weight))[1];
  const Dim& maps = (*c.dims(at.weight))[0];
  if (maps.is_known() && maps.value() % group != 0) {
    return c.Fail("{} has {} output channels, which {} groups do not divide",
                  c.DescribeInput(at.weight), maps.value(), group);
  }
  const SymInt needed = SymInt(per_group) * SymInt(group);
  if (channels.is_known() && needed.is_known() && channels.value() != needed.value()) {
    return c.Fail("{} has {} channels, {} in {} groups needs {}", c.DescribeInput(at.data),
                  channels.value(), c.DescribeInput(at.weight), group, needed.value());
  }
  return {};
}

Result<void> Convolve(InferContext& c, const Operands& at) {
  MMDEPLOY_TRYV(CheckRanks(c, at));
  MMDEPLOY_TRY(const int64_t group, ReadGroup(c));
  MMDEPLOY_TRYV(CheckChannels(c, at, group));
  c.Set(0, at.result);
  const OptionalDims& data = c.dims(at.data);
  const OptionalDims& weight = c.dims(at.weight);
  if (!data && !weight) return {};
  const size_t spatial = (data ? data->size() : weight->size()) - 2;
  MMDEPLOY_TRY(std::vector<SymInt> kernel, ReadKernel(c, at.weight, spatial));
  MMDEPLOY_TRY(const Window window, ReadWindow(c, std::move(kernel)));
  Dims result = {data ? (*data)[0] : Dim(), weight ? (*weight)[0] : Dim()};
  if (data) {
    MMDEPLOY_TRYV(Slide(c, window, *data, &result));
  }
  result.resize(spatial + 2);
  c.Set(0, at.result, std::move(result));
  return {};
}

Result<void> Conv(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  const bool known = c.element(0) != ElementType::kUndefined;
  return Convolve(c, {0, 1, known ? c.element(0) : c.element(1)});
}

Result<void> ConvInteger(InferContext& c) { return Convolve(c, {0, 1, ElementType::kInt32}); }

Result<void> QLinearConv(InferContext& c) { return Convolve(c, {0, 3, c.element(7)}); }

Result<void> DeformConv(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 2));
  MMDEPLOY_TRYV(c.ExpectRank(2, 3, SIZE_MAX));
  return Convolve(c, {0, 1, c.element(0)});
}

// One side of a transposed convolution.
SymInt Unslide(const SymInt& size, const Window& window, size_t i, int64_t output_padding) {
  const SymInt stride = window.strides[i];
  if (window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER") return size * stride;
  const SymInt extent = (window.kernel[i] - 1) * SymInt(window.dilations[i]) + 1;
  const int64_t pads = window.pads[i] + window.pads[window.kernel.size() + i];
  return (size - 1) * stride + extent + SymInt(output_padding) - SymInt(pads);
}

Result<void> ConvTranspose(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectSameElement(0, 1));
  MMDEPLOY_TRYV(CheckRanks(c, {}));
  MMDEPLOY_TRY(const int64_t group, ReadGroup(c));
  const OptionalDims& data = c.dims(0);
  const OptionalDims& weight = c.dims(1);
  c.Set(0, c.element(0));
  if (!data && !weight) return {};
  const size_t spatial = (data ? data->size() : weight->size()) - 2;
  if (data && weight) {
    auto channels = c.Same("channels of the data and rows of the weight", (*data)[1], (*weight)[0]);
    if (!channels) return MakeError(std::move(channels).error());
  }
  MMDEPLOY_TRY(std::vector<SymInt> kernel, ReadKernel(c, 1, spatial));
  MMDEPLOY_TRY(const Window window, ReadWindow(c, std::move(kernel)));
  const auto padding = c.Ints("output_padding").value_or(std::vector<int64_t>(spatial, 0));
  const auto shape = c.Ints("output_shape").value_or(std::vector<int64_t>(spatial, -1));
  if (padding.size() != spatial || (shape.size() != spatial && shape.size() != spatial + 2)) {
    return c.Fail("'output_padding' has {} and 'output_shape' {} numbers, needed {}",
                  padding.size(), shape.size(), spatial);
  }
  Dims result = {data ? (*data)[0] : Dim(),
                 weight ? (SymInt((*weight)[1]) * SymInt(group)).ToDim() : Dim()};
  for (size_t i = 0; i < spatial; ++i) {
    const int64_t given = shape[shape.size() - spatial + i];
    SymInt size = data ? Unslide((*data)[2 + i], window, i, padding[i]) : SymInt();
    if (given > 0) size = given;
    if (size.is_known() && size.value() < 0) {
      return c.Fail("spatial axis {} would get the negative size {}", i, size.value());
    }
    result.push_back(size.ToDim());
  }
  c.Set(0, c.element(0), std::move(result));
  return {};
}

constexpr InferRule kRules[] = {
    {"Conv", 2, 3, kFloats, Conv},
    {"ConvInteger", 2, 4, kIntegers, ConvInteger},
    {"ConvTranspose", 2, 3, kFloats, ConvTranspose},
    {"DeformConv", 3, 5, kFloats, DeformConv},
    {"QLinearConv", 8, 9, kAnything, QLinearConv},
};

}  // namespace

Span<const InferRule> ConvRules() { return kRules; }

}  // namespace mmdeploy::graph
