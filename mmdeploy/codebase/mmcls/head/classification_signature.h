#pragma once

#include "mmdeploy/codebase/head.h"

namespace mmdeploy {

// The network's outputs, or the sample and the network's outputs; gives a list of labels.
inline Signature ClassificationSignature(size_t num_inputs) {
  Signature signature;
  if (num_inputs > 1) signature.inputs.push_back(EdgeType{Kind::kSample, 0, {}});
  signature.inputs.push_back(EdgeType{Kind::kTensors, 0, {}});
  signature.outputs = {EdgeType{Kind::kClassification, 1, {}}};
  return signature;
}

}  // namespace mmdeploy
