#include "mmdeploy/backend/ncnn/layers/layers.h"

#include <algorithm>
#include <iterator>

#include "mmdeploy/backend/ncnn/ops/op_layer.h"

namespace mmdeploy::ncnn {
namespace {

constexpr DocumentedLayer kLayers[] = {
#define MMDEPLOY_NCNN_LAYER(type) {#type, type##_layer_creator},
#include "mmdeploy/backend/ncnn/layer_list.inc"
#undef MMDEPLOY_NCNN_LAYER
};

const DocumentedLayer* Find(const std::string& type) {
  const auto* found =
      std::find_if(std::begin(kLayers), std::end(kLayers),
                   [&](const DocumentedLayer& layer) { return type == layer.type; });
  return found == std::end(kLayers) ? nullptr : found;
}

}  // namespace

Span<const DocumentedLayer> DocumentedLayers() { return kLayers; }

bool IsCustomLayer(const std::string& type) { return Find(type) || FindLayerOp(type); }

::ncnn::Layer* CreateCustomLayer(const std::string& type) {
  const auto* documented = Find(type);
  return documented ? documented->create(nullptr) : CreateOpLayer(*FindLayerOp(type));
}

}  // namespace mmdeploy::ncnn
