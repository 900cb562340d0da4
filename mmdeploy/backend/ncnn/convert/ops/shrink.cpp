#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

Result<void> ConvertShrink(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("Shrink", node);
  layer->Set(0, node.Float("bias", 0));
  layer->Set(1, node.Float("lambd", 0.5F));
  return {};
}

}  // namespace

std::vector<Converter> shrink_converters() {
  return {{"Shrink", ConvertShrink, 1, {"bias", "lambd"}}};
}

}  // namespace mmdeploy::ncnn_convert
