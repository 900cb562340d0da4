#pragma once

#include <optional>
#include <vector>

#include "mmdeploy/graph/graph.h"

namespace mmdeploy::graph {

// y * scale + shift for each output channel of a Conv, ConvTranspose or Gemm.
struct Affine {
  std::vector<double> scale;
  std::vector<double> shift;
};

// The number of output channels of a Conv, ConvTranspose or Gemm with constant weights that nothing
// else uses; nullopt for other nodes.
std::optional<size_t> OutputChannels(const Node& node);

// Puts `affine` into weights and bias. False, and nothing changed, if they cannot take it: a bias
// that is computed, or values that are not finite or of no floating type that we compute with.
bool ApplyAffine(Node* node, const Affine& affine);

// The dimensions after the channels in the output of the node: 2 for a Conv over images.
size_t DimsAfterChannels(const Node& node);

// One number per channel from a constant that is broadcast along channels only: {1}, or C followed
// by `dims_after` ones and after any ones.
std::optional<std::vector<double>> PerChannel(const Value* constant, size_t channels,
                                              size_t dims_after);

}  // namespace mmdeploy::graph
