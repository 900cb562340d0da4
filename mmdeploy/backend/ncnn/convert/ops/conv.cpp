#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"
#include "mmdeploy/backend/ncnn/convert/ops/window.h"

// Conv over one to three dimensions, with groups.

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

// Sets the values for width, height and depth; `ids` in this order.
void SetSpatial(const std::vector<int64_t>& values, const int (&ids)[3], Layer* layer) {
  for (size_t i = 0; i < values.size(); ++i) layer->Set(ids[i], values[values.size() - 1 - i]);
}

void SetPads(const Window& window, Layer* layer) {
  // What ncnn computes itself, as a pad.
  constexpr int64_t kSameUpper = -233;
  constexpr int64_t kSameLower = -234;
  if (window.auto_pad == "SAME_UPPER" || window.auto_pad == "SAME_LOWER") {
    layer->Set(4, window.auto_pad == "SAME_UPPER" ? kSameUpper : kSameLower);
    return;
  }
  if (window.auto_pad == "VALID") return;
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

Result<void> ConvertConv(const Node& node, Emitter* emitter) {
  const int64_t group = node.Int("group", 1);
  MMDEPLOY_TRY(const Weights weights, ReadWeights(node, 0, 1));
  const std::vector<int64_t>& dims = weights.dims;
  if (!DropsBatch(*node.input(0)) && IsPointwise(node, weights)) {
    return ConvertPointwiseBatch(node, weights, emitter);
  }
  MMDEPLOY_TRY(const Window window,
               ReadWindow(node, *node.input(0), {dims.begin() + 2, dims.end()}));
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

// Where the output's size is given, ncnn derives the pads as ONNX does.
Result<void> SetOutput(const Node& node, const Window& window, Layer* layer) {
  const std::vector<int64_t> padding = node.Ints("output_padding");
  const std::vector<int64_t> shape = node.Ints("output_shape");
  MMDEPLOY_ENSURE(padding.empty() || padding.size() == window.num_dims(), Code::kOutOfRange,
                  "output_padding has {} entries, expected {}", padding.size(), window.num_dims());
  MMDEPLOY_ENSURE(shape.empty(), Code::kNotSupported,
                  "output_shape; export with pads and output_padding");
  SetSpatial(padding, {18, 19, 20}, layer);
  return {};
}

Result<void> ConvertConvTranspose(const Node& node, Emitter* emitter) {
  const int64_t group = node.Int("group", 1);
  MMDEPLOY_ENSURE(group >= 1 && group <= 1 << 20, Code::kOutOfRange, "group is {}", group);
  MMDEPLOY_TRY(Weights weights, ReadWeights(node, 1, group));
  const std::vector<int64_t>& dims = weights.dims;
  MMDEPLOY_TRY(const Window window,
               ReadWindow(node, *node.input(0), {dims.begin() + 2, dims.end()}));
  MMDEPLOY_ENSURE(window.num_dims() < 3, Code::kNotSupported, "three spatial dimensions");
  MMDEPLOY_TRYV(CheckGroups(*node.input(0), dims[0], dims[1] * group, group));
  weights.weight = OutMajor(weights, group);
  Layer* layer = emitter->Add(LayerType("Deconvolution", group, window.num_dims()), node);
  layer->Set(0, dims[1] * group);
  SetWindow(window, layer);
  SetPads(window, layer);
  MMDEPLOY_TRYV(SetOutput(node, window, layer));
  SetWeights(weights, layer);
  if (group > 1) layer->Set(7, group);
  return {};
}

}  // namespace

std::vector<Converter> conv_converters() {
  return {
      {"Conv", ConvertConv},
      {"ConvTranspose", ConvertConvTranspose},
  };
}

}  // namespace mmdeploy::ncnn_convert
