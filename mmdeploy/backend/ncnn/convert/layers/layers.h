#pragma once

#include <string>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/layer.h"

// What is better seen in the finished layers than in the graph. Each blob may still have several
// readers here: Splits come later. One file per pass.

namespace mmdeploy::ncnn_convert {

// Takes out layers that pass their input on: Noop, and Dropout without a scale. `outputs` are names
// that must stay, as do those of Input layers.
void RemoveNoops(const std::vector<std::string>& outputs, std::vector<Layer>* layers);

// Moves an activation into the layer before it, when nobody else reads what that layer makes and
// its type has the activation as a parameter.
void FuseActivations(const std::vector<std::string>& outputs, std::vector<Layer>* layers);

// All of them, in this order.
void Simplify(const std::vector<std::string>& outputs, std::vector<Layer>* layers);

}  // namespace mmdeploy::ncnn_convert
