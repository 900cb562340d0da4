#include <algorithm>
#include <array>
#include <cfloat>

#include "mmdeploy/backend/ncnn/convert/layers/layers.h"
#include "mmdeploy/backend/ncnn/convert/layers/wiring.h"

namespace mmdeploy::ncnn_convert {

namespace {

// Parameters of the layers that compute an activation on their way.
constexpr int kActivationType = 9;
constexpr int kActivationParams = 10;

bool TakesActivation(const Layer& layer) {
  static constexpr std::array<std::string_view, 13> kTypes = {
      "Convolution",     "ConvolutionDepthWise",     "Convolution1D",
      "Convolution3D",   "ConvolutionDepthWise1D",   "ConvolutionDepthWise3D",
      "Deconvolution",   "DeconvolutionDepthWise",   "Deconvolution1D",
      "Deconvolution3D", "DeconvolutionDepthWise1D", "DeconvolutionDepthWise3D",
      "InnerProduct"};
  return std::find(kTypes.begin(), kTypes.end(), layer.type) != kTypes.end() &&
         layer.params.count(kActivationType) == 0;
}

float FloatParam(const Layer& layer, int id, float otherwise) {
  const auto found = layer.params.find(id);
  const float* value = found == layer.params.end() ? nullptr : std::get_if<float>(&found->second);
  return value ? *value : otherwise;
}

struct Activation {
  int64_t type = 0;  // 0: none
  std::vector<float> params;
};

// Numbers of ncnn's activation_type.
Activation ActivationOf(const Layer& layer) {
  constexpr int64_t kRelu = 1, kLeakyRelu = 2, kClip = 3, kSigmoid = 4, kMish = 5, kHardSwish = 6;
  if (layer.type == "ReLU") {
    const float slope = FloatParam(layer, 0, 0);
    return slope == 0 ? Activation{kRelu, {}} : Activation{kLeakyRelu, {slope}};
  }
  if (layer.type == "Clip") {
    return {kClip, {FloatParam(layer, 0, -FLT_MAX), FloatParam(layer, 1, FLT_MAX)}};
  }
  if (layer.type == "Sigmoid") return {kSigmoid, {}};
  if (layer.type == "Mish") return {kMish, {}};
  if (layer.type == "HardSwish") {
    const float alpha = FloatParam(layer, 0, 0.2F);
    // Its bounds are divided by alpha.
    if (alpha > 0) return {kHardSwish, {alpha, FloatParam(layer, 1, 0.5F)}};
  }
  return {};
}

}  // namespace

void FuseActivations(const std::vector<std::string>& outputs, std::vector<Layer>* layers) {
  Wiring wiring(outputs, layers);
  for (Layer& layer : *layers) {
    Activation activation = ActivationOf(layer);
    if (activation.type == 0) continue;
    const std::string from = layer.inputs[0];
    const std::string to = layer.outputs[0];
    Layer* producer = wiring.Producer(from);
    if (!producer || !TakesActivation(*producer)) continue;
    if (wiring.IsOutput(from) || wiring.NumReaders(from) != 1) continue;
    producer->Set(kActivationType, activation.type);
    if (!activation.params.empty()) producer->Set(kActivationParams, std::move(activation.params));
    wiring.Remove(&layer);
    wiring.Rename(from, to);
  }
  EraseUntyped(layers);
}

void Simplify(const std::vector<std::string>& outputs, std::vector<Layer>* layers) {
  RemoveNoops(outputs, layers);
  FuseActivations(outputs, layers);
}

}  // namespace mmdeploy::ncnn_convert
