#include <cfloat>

#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Activations: layers with one input, one output and at most two numbers.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

Result<void> ConvertRelu(const Node& node, Emitter* emitter) {
  emitter->Add("ReLU", node);
  return {};
}

}  // namespace

std::vector<Converter> activation_converters() {
  return {
      {"Relu", ConvertRelu},
  };
}

}  // namespace mmdeploy::ncnn_convert
