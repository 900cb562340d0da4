#include "mmdeploy/backend/ncnn/layers/layers.h"

#include <algorithm>
#include <iterator>

#include "mmdeploy/backend/ncnn/ops/op_layer.h"

namespace mmdeploy::ncnn {
namespace {

constexpr DocumentedLayer kLayers[] = {
    {"Compare", Compare_layer_creator},
    {"ConstantOfShape", ConstantOfShape_layer_creator},
    {"Expand", Expand_layer_creator},
    {"Gather", Gather_layer_creator},
    {"GatherElements", GatherElements_layer_creator},
    {"IntegerDiv", IntegerDiv_layer_creator},
    {"Mod", Mod_layer_creator},
    {"ScatterElements", ScatterElements_layer_creator},
    {"Shape", Shape_layer_creator},
    {"TensorSlice", TensorSlice_layer_creator},
    {"TopK", TopK_layer_creator},
    {"Where", Where_layer_creator},
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
