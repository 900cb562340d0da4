#pragma once

#include <ncnn/layer.h>

#include <string>

#include "mmdeploy/base/span.h"

// Layers that ncnn does not have. Blobs are float32 and have no batch; a blob that holds a shape
// has the batch as its first entry, 1.

namespace mmdeploy::ncnn {

#define MMDEPLOY_NCNN_LAYER(type) ::ncnn::Layer* type##_layer_creator(void*);
#include "mmdeploy/backend/ncnn/layer_list.inc"
#undef MMDEPLOY_NCNN_LAYER

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
