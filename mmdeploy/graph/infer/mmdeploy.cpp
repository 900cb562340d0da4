// Operators of our own domain.

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

constexpr InferRule kRules[] = {
    // Names a place in the graph at which it can be cut.
    {"Mark", 1, kVariadic, kAnything, InferSameType, "mmdeploy"},
    // Exported for ncnn.
    {"Gelu", 1, 1, kFloats, InferSameType, "mmdeploy"},
    {"LayerNorm", 1, 3, kFloats, InferSameType, "mmdeploy"},
    {"MultiHeadAttention", 3, kVariadic, kFloats, InferSameType, "mmdeploy"},
};

}  // namespace

Span<const InferRule> MmdeployRules() { return kRules; }

}  // namespace mmdeploy::graph
