#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/window.h"

// Poolings over one to three dimensions: by a window, over all, to a given size.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

constexpr int64_t kMax = 0;
constexpr int64_t kAverage = 1;

int64_t Method(const Node& node) {
  return node.op().find("Max") != std::string::npos || node.op().find("max") != std::string::npos
             ? kMax
             : kAverage;
}

std::string LayerType(size_t num_dims) {
  return num_dims == 2 ? "Pooling" : "Pooling" + std::to_string(num_dims) + "D";
}

// Sets the values for width, height and depth; `ids` in this order.
void SetSpatial(const std::vector<int64_t>& values, const int (&ids)[3], Layer* layer) {
  for (size_t i = 0; i < values.size(); ++i) layer->Set(ids[i], values[values.size() - 1 - i]);
}

// Turns the automatic pads into numbers: ncnn counts its own in averages. VALID has none.
Result<void> FixPads(const Value& x, Window* window) {
  if (window->auto_pad == "NOTSET") return {};
  window->begins.assign(window->num_dims(), 0);
  window->ends = window->begins;
  if (window->auto_pad == "VALID") return {};
  for (size_t i = 0; i < window->num_dims(); ++i) {
    const graph::Dim& dim = (*x.type.dims)[i + 2];
    MMDEPLOY_ENSURE(dim.is_known(), Code::kNotSupported,
                    "auto_pad {} of '{}', {}; give the shapes of the inputs", window->auto_pad,
                    x.name(), Name(x.type));
    const int64_t stride = window->strides[i];
    const int64_t count = (dim.value() + stride - 1) / stride;
    const int64_t total =
        std::max<int64_t>(0, (count - 1) * stride + window->kernel[i] - dim.value());
    const int64_t less = total / 2;
    const bool upper = window->auto_pad == "SAME_UPPER";
    window->begins[i] = upper ? less : total - less;
    window->ends[i] = upper ? total - less : less;
  }
  return {};
}

Result<void> ConvertPool(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(Window window, ReadWindow(node, *node.input(0), node.Ints("kernel_shape")));
  MMDEPLOY_TRYV(FixPads(*node.input(0), &window));
  for (int64_t dilation : window.dilations) {
    MMDEPLOY_ENSURE(dilation == 1, Code::kNotSupported, "a dilation of {}", dilation);
  }
  MMDEPLOY_ENSURE(node.num_outputs() < 2 || !node.output(1)->has_uses(), Code::kNotSupported,
                  "its indices are used");
  Layer* layer = emitter->Add(LayerType(window.num_dims()), node);
  layer->Set(0, Method(node));
  SetSpatial(window.kernel, {1, 11, 21}, layer);
  SetSpatial(window.strides, {2, 12, 22}, layer);
  SetSpatial(window.begins, {3, 13, 23}, layer);
  SetSpatial(window.ends, {14, 15, 16}, layer);
  layer->Set(5, int64_t{node.Int("ceil_mode", 0) == 0});
  if (Method(node) == kAverage) layer->Set(6, node.Int("count_include_pad", 0));
  return {};
}

Result<size_t> SpatialDims(const Value& x) {
  MMDEPLOY_ENSURE(DropsBatch(x) && x.type.dims->size() >= 3, Code::kNotSupported,
                  "'{}' is {}, expected [1,C,...]", x.name(), Name(x.type));
  return x.type.dims->size() - 2;
}

// ncnn leaves no dimensions of 1 behind the channels, ONNX does.
Result<void> ConvertGlobalPool(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const size_t num_dims, SpatialDims(*node.input(0)));
  Layer* pool = emitter->AddInner(LayerType(num_dims), node, {emitter->Read(node.input(0))});
  pool->Set(0, Method(node));
  pool->Set(4, int64_t{1});
  Layer* reshape = emitter->Add("Reshape", node, {pool->outputs[0]});
  std::vector<int64_t> dims(num_dims + 1, 1);
  dims[0] = -1;
  SetDims(dims, reshape);
  return {};
}

Result<void> ConvertAdaptivePool(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(const size_t num_dims, SpatialDims(*node.input(0)));
  MMDEPLOY_TRY(auto size, IntsOf(node, "output_size", 1));
  MMDEPLOY_ENSURE(size && (size->size() == num_dims || size->size() == 1), Code::kOutOfRange,
                  "output_size must have {} entries", num_dims);
  if (size->size() == 1) size->assign(num_dims, size->front());
  for (int64_t extent : *size) {
    MMDEPLOY_ENSURE(extent >= 1, Code::kOutOfRange, "output_size is {}", extent);
  }
  Layer* layer = emitter->Add(LayerType(num_dims), node);
  layer->Set(0, Method(node));
  layer->Set(7, int64_t{1});
  SetSpatial(*size, {8, 18, 28}, layer);
  return {};
}

}  // namespace

std::vector<Converter> pool_converters() {
  return {
      {"AdaptiveAvgPool2d", ConvertAdaptivePool},
      {"AveragePool", ConvertPool},
      {"GlobalAveragePool", ConvertGlobalPool},
      {"GlobalMaxPool", ConvertGlobalPool},
      {"MaxPool", ConvertPool},
      {"adaptive_avg_pool2d", ConvertAdaptivePool},
      {"adaptive_max_pool2d", ConvertAdaptivePool},
  };
}

}  // namespace mmdeploy::ncnn_convert
