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

struct Plan {
  bool count_pads = false;     // in averages
  bool round_up = false;       // a last window that is not whole counts
  std::vector<int64_t> zeros;  // in front, then behind: a Padding of its own
};

bool AllZero(const std::vector<int64_t>& values) {
  return std::all_of(values.begin(), values.end(), [](int64_t v) { return v == 0; });
}

// How many windows there are along an axis of a known size. As ONNX Runtime counts: one that would
// begin behind the input is none.
int64_t CountWindows(const Window& window, size_t i, int64_t size, bool round_up) {
  const int64_t stride = window.strides[i];
  const int64_t room = size + window.begins[i] + window.ends[i] - window.kernel[i];
  int64_t count = (room + (round_up ? stride - 1 : 0)) / stride + 1;
  if (round_up && (count - 1) * stride >= size + window.begins[i]) --count;
  return count;
}

// Lets the pads behind say what ceil_mode means, where the size is known: ncnn counts windows that
// begin behind the input. Where it is open, ncnn does it, if there are no such windows.
Result<void> ResolveCeil(const Value& x, Window* window, Plan* plan) {
  const graph::Dims& dims = *x.type.dims;
  const bool known =
      std::all_of(dims.begin() + 2, dims.end(), [](auto& d) { return d.is_known(); });
  for (size_t i = 0; i < window->num_dims(); ++i) {
    if (known) {
      const int64_t size = dims[i + 2].value();
      const int64_t count = CountWindows(*window, i, size, true);
      const int64_t end = (count - 1) * window->strides[i] + window->kernel[i];
      window->ends[i] = std::max<int64_t>(0, end - size - window->begins[i]);
      continue;
    }
    MMDEPLOY_ENSURE(window->strides[i] + window->ends[i] <= window->kernel[i], Code::kNotSupported,
                    "ceil_mode with a stride of {}, a pad of {} and a kernel of {} for an open "
                    "size of '{}', {}; give the shapes of the inputs",
                    window->strides[i], window->ends[i], window->kernel[i], x.name(), Name(x.type));
  }
  plan->round_up = !known;
  return {};
}

Result<Plan> ResolvePool(const Node& node, Window* window) {
  const Value& x = *node.input(0);
  Plan plan;
  MMDEPLOY_TRYV(ResolvePads(x, window));
  for (size_t i = 0; i < window->num_dims(); ++i) {
    MMDEPLOY_ENSURE(window->begins[i] < window->kernel[i] && window->ends[i] < window->kernel[i],
                    Code::kOutOfRange, "pads of {} and {} for a kernel of {}", window->begins[i],
                    window->ends[i], window->kernel[i]);
    MMDEPLOY_ENSURE(window->dilations[i] == 1, Code::kNotSupported, "a dilation of {}",
                    window->dilations[i]);
    // ONNX's formula gives pads below 0, which ONNX Runtime takes at their word in averages.
    MMDEPLOY_ENSURE(window->auto_pad.find("SAME") != 0 || window->strides[i] <= window->kernel[i],
                    Code::kNotSupported, "auto_pad {} with a stride of {} and a kernel of {}",
                    window->auto_pad, window->strides[i], window->kernel[i]);
  }
  const Window asked = *window;
  const bool padded = !AllZero(asked.begins) || !AllZero(asked.ends);
  plan.count_pads = Method(node) == kAverage && node.Int("count_include_pad", 0) != 0 && padded;
  if (node.Int("ceil_mode", 0) == 0) return plan;
  MMDEPLOY_ENSURE(window->auto_pad.find("SAME") != 0, Code::kNotSupported,
                  "ceil_mode with auto_pad {}, of which engines make different things",
                  window->auto_pad);
  MMDEPLOY_TRYV(ResolveCeil(x, window, &plan));
  // Averages count the pads of the node, but not what a last window lacks beyond them: the pads
  // become zeros that ncnn takes for elements.
  if (!plan.count_pads || (!plan.round_up && window->ends == asked.ends)) return plan;
  plan.count_pads = false;
  plan.zeros = asked.begins;
  plan.zeros.insert(plan.zeros.end(), asked.ends.begin(), asked.ends.end());
  for (size_t i = 0; i < window->num_dims(); ++i) {
    window->begins[i] = 0;
    const int64_t fewer = std::min(window->ends[i], asked.ends[i]);
    plan.zeros[window->num_dims() + i] = plan.round_up ? asked.ends[i] : fewer;
    window->ends[i] = plan.round_up ? 0 : window->ends[i] - fewer;
  }
  return plan;
}

// Zeros around the image; in three dimensions ncnn pads depth as channels are padded elsewhere.
std::string AddZeros(const Node& node, const std::vector<int64_t>& zeros, Emitter* emitter) {
  const size_t count = zeros.size() / 2;
  Layer* layer = emitter->AddInner("Padding", node, {emitter->Read(node.input(0))});
  SetSpatial({zeros.begin(), zeros.begin() + count}, {2, 0, 7}, layer);
  SetSpatial({zeros.begin() + count, zeros.end()}, {3, 1, 8}, layer);
  return layer->outputs[0];
}

Result<void> ConvertPool(const Node& node, Emitter* emitter) {
  MMDEPLOY_TRY(Window window, ReadWindow(node, *node.input(0), node.Ints("kernel_shape")));
  MMDEPLOY_TRY(const Plan plan, ResolvePool(node, &window));
  MMDEPLOY_ENSURE(node.num_outputs() < 2 || !node.output(1)->has_uses(), Code::kNotSupported,
                  "its indices are used");
  const std::string blob =
      plan.zeros.empty() ? emitter->Read(node.input(0)) : AddZeros(node, plan.zeros, emitter);
  Layer* layer = emitter->Add(LayerType(window.num_dims()), node, {blob});
  layer->Set(0, Method(node));
  SetSpatial(window.kernel, {1, 11, 21}, layer);
  SetSpatial(window.strides, {2, 12, 22}, layer);
  SetSpatial(window.begins, {3, 13, 23}, layer);
  SetSpatial(window.ends, {14, 15, 16}, layer);
  layer->Set(5, int64_t{!plan.round_up});
  // Without pads either is right; ncnn looks at the border of each window unless they count.
  const bool no_pads = AllZero(window.begins) && AllZero(window.ends) && !plan.round_up;
  if (Method(node) == kAverage) layer->Set(6, int64_t{plan.count_pads || no_pads});
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
      {"AdaptiveAvgPool2d", ConvertAdaptivePool, 2, {"output_size"}, true},
      {"AveragePool",
       ConvertPool,
       1,
       {"auto_pad", "ceil_mode", "count_include_pad", "dilations", "kernel_shape", "pads",
        "strides"}},
      {"GlobalAveragePool", ConvertGlobalPool},
      {"GlobalMaxPool", ConvertGlobalPool},
      {"MaxPool",
       ConvertPool,
       1,
       {"auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "storage_order", "strides"}},
      {"adaptive_avg_pool2d", ConvertAdaptivePool, 2, {"output_size"}, true},
      {"adaptive_max_pool2d", ConvertAdaptivePool, 2, {"output_size"}, true},
  };
}

}  // namespace mmdeploy::ncnn_convert
