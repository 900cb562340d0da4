#pragma once

#include <ncnn/layer.h>

#include <string>

#include "mmdeploy/base/span.h"

// Layers that ncnn does not have. Blobs are float32 and have no batch; a blob that holds a shape
// has the batch as its first entry, 1.

namespace mmdeploy::ncnn {

::ncnn::Layer* Compare_layer_creator(void*);
::ncnn::Layer* ConstantOfShape_layer_creator(void*);
::ncnn::Layer* Expand_layer_creator(void*);
::ncnn::Layer* Gather_layer_creator(void*);
::ncnn::Layer* GatherElements_layer_creator(void*);
::ncnn::Layer* IntegerDiv_layer_creator(void*);
::ncnn::Layer* Mod_layer_creator(void*);
::ncnn::Layer* ScatterElements_layer_creator(void*);
::ncnn::Layer* Shape_layer_creator(void*);
::ncnn::Layer* TensorSlice_layer_creator(void*);
::ncnn::Layer* TopK_layer_creator(void*);
::ncnn::Layer* Where_layer_creator(void*);

struct DocumentedLayer {
  const char* type;
  ::ncnn::layer_creator_func create;
};

// The layers above.
Span<const DocumentedLayer> DocumentedLayers();

// One of those, or an operator's.
bool IsCustomLayer(const std::string& type);

// A new layer of a type that IsCustomLayer knows.
::ncnn::Layer* CreateCustomLayer(const std::string& type);

}  // namespace mmdeploy::ncnn
