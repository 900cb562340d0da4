#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/window.h"

// Conv over one to three dimensions, with groups. Weights that are computed are a second blob.

namespace mmdeploy::ncnn_convert {

using graph::Node;
using graph::Value;

namespace {

// "Convolution", "ConvolutionDepthWise1D", ...
std::string LayerType(std::string_view base, int64_t group, size_t num_dims) {
  std::string type(base);
  if (group > 1) type += "DepthWise";
  if (num_dims != 2) type += std::to_string(num_dims) + "D";
  return type;
}

void SetPads(const Window& window, Layer* layer) {
  SetSpatial(window.begins, {4, 14, 24}, layer);
  SetSpatial(window.ends, {15, 16, 17}, layer);
}

struct Weights {
  std::vector<int64_t> dims;  // of the weight
  std::vector<float> weight, bias;
};

Result<Weights> ReadWeights(const Node& node, size_t channel_axis, int64_t groups) {
  Weights weights;
  MMDEPLOY_TRY(weights.weight, Floats(node.input(1)));
  weights.dims = node.input(1)->constant()->dims();
  MMDEPLOY_ENSURE(weights.dims.size() >= 3 && !weights.weight.empty(), Code::kOutOfRange,
                  "the weight is {}, expected [out,in,spatial...]",
                  Name(node.input(1)->constant()->value_type()));
  if (node.input(2)) {
    MMDEPLOY_TRY(weights.bias, Floats(node.input(2)));
    const int64_t channels = weights.dims[channel_axis] * groups;
    MMDEPLOY_ENSURE(static_cast<int64_t>(weights.bias.size()) == channels, Code::kOutOfRange,
                    "the bias has {} elements, expected {}", weights.bias.size(), channels);
  }
  return weights;
}

void SetWeights(const Weights& weights, Layer* layer) {
  layer->Set(5, static_cast<int64_t>(weights.bias.empty() ? 0 : 1));
  layer->Set(6, static_cast<int64_t>(weights.weight.size()));
  layer->AddTagged(weights.weight);
  if (!weights.bias.empty()) layer->AddRaw(weights.bias);
}

void SetWindow(const Window& window, Layer* layer) {
  SetSpatial(window.kernel, {1, 11, 21}, layer);
  SetSpatial(window.dilations, {2, 12, 22}, layer);
  SetSpatial(window.strides, {3, 13, 23}, layer);
}

Result<void> CheckGroups(const Value& x, int64_t channels, int64_t out_channels, int64_t group) {
  MMDEPLOY_ENSURE(group >= 1 && channels % group == 0 && out_channels % group == 0,
                  Code::kOutOfRange, "group is {} for {} input and {} output channels", group,
                  channels, out_channels);
  const graph::Dim& dim = (*x.type.dims)[1];
  MMDEPLOY_ENSURE(!dim.is_known() || dim.value() == channels, Code::kOutOfRange,
                  "'{}' is {}, the weight is for {} channels", x.name(), Name(x.type), channels);
  return {};
}

// One element of the input makes one of the output.
bool IsPointwise(const Node& node, const Weights& weights) {
  const auto all = [](const std::vector<int64_t>& values, int64_t value) {
    return std::all_of(values.begin(), values.end(), [&](int64_t v) { return v == value; });
  };
  return node.Int("group", 1) == 1 && all({weights.dims.begin() + 2, weights.dims.end()}, 1) &&
         all(node.Ints("strides"), 1) && all(node.Ints("pads"), 0);
}

// Several images in a batch, side by side as the rows of one: [N,C,...] as [C,N,...].
Result<void> ConvertPointwiseBatch(const Node& node, const Weights& weights, Emitter* emitter) {
  constexpr int64_t kExchangeOuter = 2;
  const Value& x = *node.input(0);
  const auto in = graph::KnownDims(*x.type.dims);
  const auto out = graph::KnownDims(*node.output()->type.dims);
  MMDEPLOY_ENSURE(in && out && (*in)[1] == weights.dims[1], Code::kNotSupported,
                  "'{}' is {}, whose dimensions must be known", x.name(), Name(x.type));
  std::string blob = emitter->Reshape(node, emitter->Read(&x), {(*in)[0], (*in)[1], -1});
  const auto exchange = [&] {
    Layer* permute = emitter->AddInner("Permute", node, {blob});
    permute->Set(0, kExchangeOuter);
    blob = permute->outputs[0];
  };
  exchange();
  Layer* layer = emitter->AddInner("Convolution", node, {blob});
  layer->Set(0, weights.dims[0]);
  layer->Set(1, int64_t{1});
  SetWeights(weights, layer);
  blob = layer->outputs[0];
  exchange();
  SetDims(*out, emitter->Add("Reshape", node, {blob}));
  return {};
}

bool IsComputed(const Node& node) {
  return !node.input(1)->constant() || (node.input(2) && !node.input(2)->constant());
}

// Dimensions of weights of which one part at least is computed. ncnn's layers over three dimensions
// take constants only.
Result<std::vector<int64_t>> ComputedDims(const Node& node) {
  const Value& weight = *node.input(1);
  const auto dims = graph::KnownDims(*weight.type.dims);
  MMDEPLOY_ENSURE(dims && (dims->size() == 3 || dims->size() == 4), Code::kNotSupported,
                  "the weight '{}' is computed and {}, ncnn takes such of known dimensions, three "
                  "or four",
                  weight.name(), Name(weight.type));
  if (!node.input(2)) return *dims;
  const Value& bias = *node.input(2);
  const auto elements = graph::KnownDims(*bias.type.dims);
  const std::vector<int64_t> expected = {dims->front()};
  MMDEPLOY_ENSURE(elements == expected, Code::kOutOfRange, "the bias '{}' is {}, expected [{}]",
                  bias.name(), Name(bias.type), expected[0]);
  return *dims;
}

Result<void> ConvertComputedConv(const Node& node, int64_t group, Emitter* emitter) {
  constexpr int kDynamicWeight = 19;
  MMDEPLOY_TRY(const std::vector<int64_t> dims, ComputedDims(node));
  MMDEPLOY_TRY(Window window, ReadWindow(node, *node.input(0), {dims.begin() + 2, dims.end()}));
  MMDEPLOY_TRYV(ResolvePads(*node.input(0), &window));
  MMDEPLOY_ENSURE(group >= 1 && group <= dims[0], Code::kOutOfRange, "group is {}", group);
  MMDEPLOY_TRYV(CheckGroups(*node.input(0), dims[1] * group, dims[0], group));
  std::vector<std::string> inputs = {emitter->Read(node.input(0)),
                                     emitter->ReadWhole(node, node.input(1))};
  if (node.input(2)) inputs.push_back(emitter->Read(node.input(2)));
  Layer* layer = emitter->Add(LayerType("Convolution", group, window.num_dims()), node, inputs);
  layer->Set(0, dims[0]);
  SetWindow(window, layer);
  SetPads(window, layer);
  layer->Set(5, static_cast<int64_t>(inputs.size() - 2));
  layer->Set(kDynamicWeight, int64_t{1});
  if (group > 1) layer->Set(7, group);
  return {};
}

Result<void> ConvertConv(const Node& node, Emitter* emitter) {
  const int64_t group = node.Int("group", 1);
  MMDEPLOY_ENSURE(node.input(1), Code::kOutOfRange, "it has no weight");
  if (IsComputed(node)) return ConvertComputedConv(node, group, emitter);
  MMDEPLOY_TRY(const Weights weights, ReadWeights(node, 0, 1));
  const std::vector<int64_t>& dims = weights.dims;
  if (!DropsBatch(*node.input(0)) && IsPointwise(node, weights)) {
    return ConvertPointwiseBatch(node, weights, emitter);
  }
  MMDEPLOY_TRY(Window window, ReadWindow(node, *node.input(0), {dims.begin() + 2, dims.end()}));
  MMDEPLOY_TRYV(ResolvePads(*node.input(0), &window));
  MMDEPLOY_ENSURE(group >= 1 && group <= dims[0], Code::kOutOfRange, "group is {}", group);
  MMDEPLOY_TRYV(CheckGroups(*node.input(0), dims[1] * group, dims[0], group));
  Layer* layer = emitter->Add(LayerType("Convolution", group, window.num_dims()), node);
  layer->Set(0, dims[0]);
  SetWindow(window, layer);
  SetPads(window, layer);
  SetWeights(weights, layer);
  if (group > 1) layer->Set(7, group);
  return {};
}

// ONNX keeps [in,out/group,...], ncnn [out,in/group,...].
std::vector<float> OutMajor(const Weights& weights, int64_t group) {
  const int64_t in = weights.dims[0] / group;
  const int64_t out = weights.dims[1];
  const int64_t window = static_cast<int64_t>(weights.weight.size()) / (in * group * out);
  std::vector<float> result(weights.weight.size());
  auto* to = result.data();
  for (int64_t g = 0; g < group; ++g) {
    for (int64_t o = 0; o < out; ++o) {
      for (int64_t i = 0; i < in; ++i, to += window) {
        std::copy_n(weights.weight.data() + ((g * in + i) * out + o) * window, window, to);
      }
    }
  }
  return result;
}

// The rows and columns that are cut off, where the size of the output tells: by output_shape, or by
// SAME_*, which makes it a multiple of the input's. ONNX divides them as ONNX Runtime does.
Result<void> CutToSize(const Node& node, const std::vector<int64_t>& padding, Window* window) {
  const graph::Dims& dims = *node.input(0)->type.dims;
  const std::vector<int64_t> shape = node.Ints("output_shape");
  const size_t count = window->num_dims();
  MMDEPLOY_ENSURE(shape.empty() || shape.size() == count || shape.size() == count + 2,
                  Code::kOutOfRange, "output_shape has {} entries, expected {}", shape.size(),
                  count);
  for (size_t i = 0; i < count; ++i) {
    const int64_t stride = window->strides[i];
    int64_t total = Extent(*window, i) + padding[i] - stride;
    if (!shape.empty()) {
      const graph::Dim& dim = dims[i + 2];
      MMDEPLOY_ENSURE(dim.is_known(), Code::kNotSupported,
                      "output_shape for '{}', {}; give the shapes of the inputs",
                      node.input(0)->name(), Name(node.input(0)->type));
      total += dim.value() * stride - shape[shape.size() - count + i];
    }
    // What ONNX says and what ONNX Runtime does are two things.
    MMDEPLOY_ENSURE(total >= 0, Code::kNotSupported,
                    "output_shape, or auto_pad {} with a stride of {} and a kernel of {}, ask for "
                    "{} more than there is",
                    window->auto_pad, stride, window->kernel[i], -total);
    DividePads(total, i, window);
  }
  return {};
}

// What is cut off behind, and what is added there: one of the two.
Result<void> SetOutput(const Node& node, Window* window, Layer* layer) {
  std::vector<int64_t> padding = node.Ints("output_padding");
  if (padding.empty()) padding.assign(window->num_dims(), 0);
  MMDEPLOY_ENSURE(padding.size() == window->num_dims(), Code::kOutOfRange,
                  "output_padding has {} entries, expected {}", padding.size(), window->num_dims());
  if (!node.Ints("output_shape").empty() || window->auto_pad.find("SAME") == 0) {
    MMDEPLOY_TRYV(CutToSize(node, padding, window));
  } else {
    MMDEPLOY_TRYV(ResolvePads(*node.input(0), window));
  }
  for (size_t i = 0; i < padding.size(); ++i) {
    const int64_t added = padding[i] - window->ends[i];
    padding[i] = std::max<int64_t>(added, 0);
    window->ends[i] = std::max<int64_t>(-added, 0);
  }
  // ncnn takes those of another axis for one that is not there.
  SetSpatial(padding, {18, 19, 20}, layer);
  SetPads(*window, layer);
  return {};
}

Result<void> ConvertConvTranspose(const Node& node, Emitter* emitter) {
  const int64_t group = node.Int("group", 1);
  MMDEPLOY_ENSURE(group >= 1 && group <= 1 << 20, Code::kOutOfRange, "group is {}", group);
  MMDEPLOY_TRY(Weights weights, ReadWeights(node, 1, group));
  const std::vector<int64_t>& dims = weights.dims;
  MMDEPLOY_TRY(Window window, ReadWindow(node, *node.input(0), {dims.begin() + 2, dims.end()}));
  MMDEPLOY_TRYV(CheckGroups(*node.input(0), dims[0], dims[1] * group, group));
  weights.weight = OutMajor(weights, group);
  Layer* layer = emitter->Add(LayerType("Deconvolution", group, window.num_dims()), node);
  layer->Set(0, dims[1] * group);
  SetWindow(window, layer);
  MMDEPLOY_TRYV(SetOutput(node, &window, layer));
  SetWeights(weights, layer);
  if (group > 1) layer->Set(7, group);
  return {};
}

}  // namespace

std::vector<Converter> conv_converters() {
  return {
      {"Conv",
       ConvertConv,
       3,
       {"auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"}},
      {"ConvTranspose",
       ConvertConvTranspose,
       3,
       {"auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads",
        "strides"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
