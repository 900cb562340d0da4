#include <ncnn/net.h>

#include "mmdeploy/backend/ncnn/layers/layers.h"
#include "mmdeploy/backend/ncnn/ops/op_layer.h"

// The layers of mmdeploy for any program that uses ncnn (documentation: custom operators, ncnn).
// Answers 0, or what ncnn answers for the first layer that it does not take.
__attribute__((visibility("default"))) int register_mmdeploy_custom_layers(ncnn::Net& net) {
  for (const auto& layer : mmdeploy::ncnn::DocumentedLayers()) {
    if (const int code = net.register_custom_layer(layer.type, layer.create)) return code;
  }
  for (const auto& op : mmdeploy::op::Ops()) {
    const auto create = [](void* user) {
      return mmdeploy::ncnn::CreateOpLayer(*static_cast<const mmdeploy::op::OpDef*>(user));
    };
    const auto& type = op.names.front().type;
    const int code = net.register_custom_layer(type.c_str(), create, nullptr,
                                               const_cast<mmdeploy::op::OpDef*>(&op));
    if (code) return code;
  }
  return 0;
}
