#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/layers/layers.h"
#include "mmdeploy/backend/ncnn/convert/layers/wiring.h"

namespace mmdeploy::ncnn_convert {

namespace {

bool PassesOn(const Layer& layer) {
  return (layer.type == "Noop" || layer.type == "Dropout") && layer.inputs.size() == 1 &&
         layer.outputs.size() == 1 && layer.params.empty();
}

// Whether the blob may get another name.
bool IsInner(const std::string& blob, const Wiring& wiring) {
  const Layer* producer = wiring.Producer(blob);
  return producer && producer->type != "Input" && !wiring.IsOutput(blob);
}

}  // namespace

void RemoveNoops(const std::vector<std::string>& outputs, std::vector<Layer>* layers) {
  Wiring wiring(outputs, layers);
  for (Layer& layer : *layers) {
    if (!PassesOn(layer)) continue;
    const std::string from = layer.inputs[0];
    const std::string to = layer.outputs[0];
    const bool is_output = wiring.IsOutput(to);
    if (is_output && !IsInner(from, wiring)) continue;
    wiring.Remove(&layer);
    if (is_output) {
      wiring.Rename(from, to);
    } else {
      wiring.Redirect(to, from);
    }
  }
  EraseUntyped(layers);
}

}  // namespace mmdeploy::ncnn_convert
