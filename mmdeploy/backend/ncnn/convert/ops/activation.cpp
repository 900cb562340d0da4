#include <cfloat>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Activations: layers with one input, one output and at most two numbers.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

// The layer of the same meaning has no parameters.
template <const char* const& kLayer>
Result<void> Plain(const Node& node, Emitter* emitter) {
  emitter->Add(kLayer, node);
  return {};
}

constexpr const char* kReLU = "ReLU";
constexpr const char* kSigmoid = "Sigmoid";
constexpr const char* kSwish = "Swish";
constexpr const char* kMish = "Mish";
constexpr const char* kErf = "Erf";

// log(e^x + e^0), shifted by the larger one. ncnn's own Softplus overflows.
Result<void> ConvertSoftplus(const Node& node, Emitter* emitter) {
  constexpr int64_t kLogAddExp = 14;
  Layer* layer = emitter->Add("BinaryOp", node);
  SetNumber(kLogAddExp, 0.0F, layer);
  return {};
}

Result<void> ConvertLeakyRelu(const Node& node, Emitter* emitter) {
  emitter->Add("ReLU", node)->Set(0, node.Float("alpha", 0.01F));
  return {};
}

Result<void> ConvertElu(const Node& node, Emitter* emitter) {
  emitter->Add("ELU", node)->Set(0, node.Float("alpha", 1));
  return {};
}

Result<void> ConvertCelu(const Node& node, Emitter* emitter) {
  emitter->Add("CELU", node)->Set(0, node.Float("alpha", 1));
  return {};
}

Result<void> ConvertSelu(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("SELU", node);
  layer->Set(0, node.Float("alpha", 1.67326319F));
  layer->Set(1, node.Float("gamma", 1.05070102F));
  return {};
}

Result<void> ConvertThreshold(const Node& node, Emitter* emitter) {
  emitter->Add("Threshold", node)->Set(0, node.Float("threshold", 0));
  return {};
}

Result<void> ConvertHardSigmoid(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("HardSigmoid", node);
  layer->Set(0, node.Float("alpha", 0.2F));
  layer->Set(1, node.Float("beta", 0.5F));
  return {};
}

// That of ONNX has no attributes; older graphs of ours may have the numbers of HardSigmoid.
Result<void> ConvertHardSwish(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("HardSwish", node);
  layer->Set(0, node.Float("alpha", 1.0F / 6));
  layer->Set(1, node.Float("beta", 0.5F));
  return {};
}

Result<void> ConvertGelu(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("GELU", node);
  layer->Set(0, static_cast<int64_t>(node.String("approximate", "none") == "tanh" ? 1 : 0));
  return {};
}

// ncnn has no layer with the bias inside.
Result<void> ConvertBiasGelu(const Node& node, Emitter* emitter) {
  const size_t rank = BlobRank(*node.output());
  Layer* add = emitter->AddInner(
      "BinaryOp", node,
      {emitter->ReadAs(node, node.input(0), rank), emitter->ReadAs(node, node.input(1), rank)});
  add->Set(0, int64_t{0});
  emitter->Add("GELU", node, {add->outputs[0]})->Set(0, int64_t{0});
  return {};
}

// A bound: an attribute in older operator sets, a constant input in newer ones.
Result<float> Bound(const Node& node, std::string_view attribute, size_t input, float otherwise) {
  if (!node.input(input)) return node.Float(attribute, otherwise);
  const auto number = graph::ConstantNumber(node.input(input));
  MMDEPLOY_ENSURE(number, Code::kNotSupported, "'{}' ({}) must be a constant number",
                  node.input(input)->name(), attribute);
  return static_cast<float>(*number);
}

Result<void> ConvertClip(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("Clip", node);
  MMDEPLOY_TRY(const float min, Bound(node, "min", 1, -FLT_MAX));
  MMDEPLOY_TRY(const float max, Bound(node, "max", 2, FLT_MAX));
  layer->Set(0, min);
  layer->Set(1, max);
  return {};
}

}  // namespace

std::vector<Converter> activation_converters() {
  return {
      {"BiasGelu", ConvertBiasGelu, 2, {}, true},
      {"Celu", ConvertCelu, 1, {"alpha"}},
      {"Clip", ConvertClip, 3, {"max", "min"}},
      {"Elu", ConvertElu, 1, {"alpha"}},
      {"Erf", Plain<kErf>},
      {"Gelu", ConvertGelu, 1, {"approximate"}, true},
      {"HardSigmoid", ConvertHardSigmoid, 1, {"alpha", "beta"}},
      {"HardSwish", ConvertHardSwish, 1, {"alpha", "beta"}},
      {"LeakyRelu", ConvertLeakyRelu, 1, {"alpha"}},
      {"Mish", Plain<kMish>, 1, {}, true},
      {"Relu", Plain<kReLU>},
      {"Selu", ConvertSelu, 1, {"alpha", "gamma"}},
      {"Sigmoid", Plain<kSigmoid>},
      {"Softplus", ConvertSoftplus},
      {"Swish", Plain<kSwish>, 1, {"alpha=1"}},
      {"Threshold", ConvertThreshold, 1, {"threshold"}, true},
  };
}

}  // namespace mmdeploy::ncnn_convert
