#include "mmdeploy/backend/ncnn/layers/layers.h"

#include <algorithm>
#include <iterator>

namespace mmdeploy::ncnn {
namespace {

struct CustomLayer {
  const char* type;
  ::ncnn::layer_creator_func create;
};

constexpr CustomLayer kLayers[] = {
    {"ConstantOfShape", ConstantOfShape_layer_creator},
    {"Expand", Expand_layer_creator},
    {"Gather", Gather_layer_creator},
    {"Shape", Shape_layer_creator},
    {"TensorSlice", TensorSlice_layer_creator},
    {"TopK", TopK_layer_creator},
};

const CustomLayer* Find(const std::string& type) {
  const auto* found = std::find_if(std::begin(kLayers), std::end(kLayers),
                                   [&](const CustomLayer& layer) { return type == layer.type; });
  return found == std::end(kLayers) ? nullptr : found;
}

}  // namespace

bool IsCustomLayer(const std::string& type) { return Find(type) != nullptr; }

::ncnn::Layer* CreateCustomLayer(const std::string& type) { return Find(type)->create(nullptr); }

}  // namespace mmdeploy::ncnn
