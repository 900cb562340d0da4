// Pools over windows, over the whole image, and over regions of interest.

#include "mmdeploy/graph/infer/rules.h"
#include "mmdeploy/graph/infer/window.h"

namespace mmdeploy::graph {

namespace {

Result<void> Pool(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3, SIZE_MAX));
  if (!c.node().Find("kernel_shape")) return c.Fail("attribute 'kernel_shape' is missing");
  const OptionalDims& data = c.dims(0);
  c.Set(0, c.element(0));
  c.Set(1, ElementType::kInt64);
  if (!data) return {};
  MMDEPLOY_TRY(auto kernel, ReadKernelShape(c, data->size() - 2));
  if (!kernel) return {};  // of a wrong type, which is told later
  MMDEPLOY_TRY(const Window window, ReadWindow(c, std::move(*kernel)));
  Dims result = {(*data)[0], (*data)[1]};
  MMDEPLOY_TRYV(Slide(c, window, *data, &result));
  c.Set(1, ElementType::kInt64, result);
  c.Set(0, c.element(0), std::move(result));
  return {};
}

Result<void> GlobalPool(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 2, SIZE_MAX));
  OptionalDims dims = c.dims(0);
  for (size_t i = 2; dims && i < dims->size(); ++i) (*dims)[i] = 1;
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

// [rois, channels, height, width] from data [batch, channels, ...] and rois.
Result<void> SetRegions(InferContext& c, const Dim& height, const Dim& width) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 4));
  MMDEPLOY_TRYV(c.ExpectRank(1, 2));
  Dims dims(4);
  if (c.dims(1)) dims[0] = (*c.dims(1))[0];
  if (c.dims(0)) dims[1] = (*c.dims(0))[1];
  dims[2] = height;
  dims[3] = width;
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

Result<void> MaxRoiPool(InferContext& c) {
  const auto shape = c.Ints("pooled_shape").value_or(std::vector<int64_t>());
  if (shape.size() != 2 || shape[0] < 1 || shape[1] < 1) {
    return c.Fail("attribute 'pooled_shape' must be two numbers of 1 or more");
  }
  return SetRegions(c, shape[0], shape[1]);
}

Result<void> RoiAlign(InferContext& c) {
  const int64_t height = c.Int("output_height", 1), width = c.Int("output_width", 1);
  if (height < 1 || width < 1) {
    return c.Fail("the output is {} x {}, allowed 1 or more", height, width);
  }
  MMDEPLOY_TRYV(c.ExpectRank(2, 1));
  if (c.dims(1) && !c.dims(1)->empty() && c.dims(2)) {
    auto rois =
        c.Same("the numbers of rois and of batch indices", (*c.dims(1))[0], (*c.dims(2))[0]);
    if (!rois) return MakeError(std::move(rois).error());
  }
  return SetRegions(c, height, width);
}

Result<void> MaxUnpool(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3, SIZE_MAX));
  const OptionalDims& data = c.dims(0);
  c.Set(0, c.element(0));
  if (!data) return {};
  MMDEPLOY_TRY(auto kernel, ReadKernelShape(c, data->size() - 2));
  if (!kernel) return c.Fail("attribute 'kernel_shape' is missing");
  MMDEPLOY_TRY(const Window window, ReadWindow(c, std::move(*kernel)));
  Dims result = *data;
  std::optional<std::vector<int64_t>> shape = c.KnownInts(2);
  for (size_t i = 2; i < result.size(); ++i) {
    const int64_t pads = window.pads[i - 2] + window.pads[window.kernel.size() + i - 2];
    result[i] = ((SymInt((*data)[i]) - 1) * SymInt(window.strides[i - 2]) + window.kernel[i - 2] -
                 SymInt(pads))
                    .ToDim();
    if (c.Has(2)) result[i] = Dim();
    if (shape && shape->size() == result.size()) result[i] = SymInt((*shape)[i]).ToDim();
  }
  c.Set(0, c.element(0), std::move(result));
  return {};
}

// Columns [batch, channels*block, windows] to the image [batch, channels, spatial...].
Result<void> Col2Im(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 3));
  c.Set(0, c.element(0));
  std::optional<std::vector<SymInt>> image = c.Elements(1), block = c.Elements(2);
  if (!image || !block) return {};
  if (image->size() != block->size()) {
    return c.Fail("the image has {} axes, the block {}", image->size(), block->size());
  }
  SymInt area = 1;
  for (const SymInt& side : *block) area = area * side;
  if (area.is_known() && area.value() < 1) return c.Fail("the block is empty");
  Dims dims(2);
  if (c.dims(0)) {
    dims[0] = (*c.dims(0))[0];
    dims[1] = ExactDiv((*c.dims(0))[1], area).ToDim();
  }
  for (const SymInt& side : *image) dims.push_back(side.ToDim());
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

constexpr InferRule kRules[] = {
    {"AveragePool", 1, 1, kFloats, Pool},
    {"Col2Im", 3, 3, kAnything, Col2Im},
    {"GlobalAveragePool", 1, 1, kFloats, GlobalPool},
    {"GlobalLpPool", 1, 1, kFloats, GlobalPool},
    {"GlobalMaxPool", 1, 1, kFloats, GlobalPool},
    {"LpPool", 1, 1, kFloats, Pool},
    {"MaxPool", 1, 1, kNumbers, Pool},
    {"MaxRoiPool", 2, 2, kFloats, MaxRoiPool},
    {"MaxUnpool", 2, 3, kFloats, MaxUnpool},
    {"RoiAlign", 3, 3, kFloats, RoiAlign},
};

}  // namespace

Span<const InferRule> PoolRules() { return kRules; }

}  // namespace mmdeploy::graph
