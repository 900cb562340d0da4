#include <cmath>
#include <limits>
#include <set>

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
constexpr const char* kErf = "Erf";

// Products and their sums, of which an activation becomes a part.
bool IsProduct(const Node& node) {
  static const auto* ops =
      new std::set<std::string_view>{"Conv", "ConvTranspose", "Gemm", "Linear", "MatMul"};
  return ops->count(node.op()) > 0;
}

// ncnn's is off by 1e-7 of a number that is large and negative, where it should be 0. Behind a
// product, whose sums are no better, it stays as it is.
Result<void> ConvertMish(const Node& node, Emitter* emitter) {
  constexpr int64_t kMax = 4;
  constexpr float kAlmostZero = -40;
  const Node* before = node.input(0)->producer();
  if (before && IsProduct(*before)) {
    emitter->Add("Mish", node);
    return {};
  }
  Layer* bounded = emitter->AddInner("BinaryOp", node, {emitter->Read(node.input(0))});
  SetNumber(kMax, kAlmostZero, bounded);
  emitter->Add("Mish", node, {bounded->outputs[0]});
  return {};
}

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

// x / (1 + |x|).
Result<void> ConvertSoftsign(const Node& node, Emitter* emitter) {
  constexpr int64_t kAbs = 0, kAdd = 0, kDiv = 3;
  const std::string x = emitter->Read(node.input(0));
  Layer* size = emitter->AddInner("UnaryOp", node, {x});
  size->Set(0, kAbs);
  Layer* divisor = emitter->AddInner("BinaryOp", node, {size->outputs[0]});
  SetNumber(kAdd, 1.0F, divisor);
  emitter->Add("BinaryOp", node, {x, divisor->outputs[0]})->Set(0, kDiv);
  return {};
}

// max(x, alpha) * (x > alpha): of x itself an infinite one would be no number.
Result<void> ConvertThresholdedRelu(const Node& node, Emitter* emitter) {
  constexpr int64_t kMul = 2, kMax = 4;
  const float alpha = node.Float("alpha", 1);
  const std::string x = emitter->Read(node.input(0));
  Layer* above = emitter->AddInner("Threshold", node, {x});
  above->Set(0, alpha);
  Layer* largest = emitter->AddInner("BinaryOp", node, {x});
  SetNumber(kMax, alpha, largest);
  emitter->Add("BinaryOp", node, {largest->outputs[0], above->outputs[0]})->Set(0, kMul);
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

// ncnn's Clip has two finite bounds, beyond which infinities would not stay.
Result<void> ConvertClip(const Node& node, Emitter* emitter) {
  constexpr int64_t kMax = 4, kMin = 5;
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  MMDEPLOY_TRY(const float min, Bound(node, "min", 1, -kInfinity));
  MMDEPLOY_TRY(const float max, Bound(node, "max", 2, kInfinity));
  const bool above = std::isfinite(min), below = std::isfinite(max);
  Layer* layer = emitter->Add(above && below ? "Clip" : above || below ? "BinaryOp" : "Noop", node);
  if (above && below) {
    layer->Set(0, min);
    layer->Set(1, max);
  } else if (above || below) {
    SetNumber(above ? kMax : kMin, above ? min : max, layer);
  }
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
      {"Mish", ConvertMish, 1, {}, true},
      {"Relu", Plain<kReLU>},
      {"Selu", ConvertSelu, 1, {"alpha", "gamma"}},
      {"Sigmoid", Plain<kSigmoid>},
      {"Softplus", ConvertSoftplus},
      {"Softsign", ConvertSoftsign},
      {"Swish", Plain<kSwish>, 1, {"alpha=1"}},
      {"Threshold", ConvertThreshold, 1, {"threshold"}, true},
      {"ThresholdedRelu", ConvertThresholdedRelu, 1, {"alpha"}},
  };
}

}  // namespace mmdeploy::ncnn_convert
