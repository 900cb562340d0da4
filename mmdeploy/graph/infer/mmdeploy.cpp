// Operators of our own domain.

#include <utility>

#include "mmdeploy/graph/infer/rules.h"

namespace mmdeploy::graph {

namespace {

// [batch, channels, height, width] from data and a constant size, one number or two.
Result<void> AdaptivePool(InferContext& c) {
  MMDEPLOY_TRYV(c.ExpectRank(0, 4));
  OptionalDims dims = c.dims(0);
  const auto size = c.KnownInts(1);
  if (size && size->size() != 1 && size->size() != 2) {
    return c.Fail("'output_size' has {} elements, allowed 1 or 2", size->size());
  }
  for (size_t i = 0; dims && i < 2; ++i)
    (*dims)[2 + i] = size ? Dim((*size)[i % size->size()]) : Dim();
  c.Set(0, c.element(0), std::move(dims));
  return {};
}

constexpr InferRule kRules[] = {
    // Names a place in the graph at which it can be cut.
    {"Mark", 1, kVariadic, kAnything, InferSameType, "mmdeploy"},
    // Exported for ncnn.
    {"AdaptiveAvgPool2d", 2, 2, kFloats, AdaptivePool, "mmdeploy"},
    {"Gelu", 1, 1, kFloats, InferSameType, "mmdeploy"},
    {"LayerNorm", 1, 3, kFloats, InferSameType, "mmdeploy"},
    {"MultiHeadAttention", 3, kVariadic, kFloats, InferSameType, "mmdeploy"},
};

}  // namespace

Span<const InferRule> MmdeployRules() { return kRules; }

}  // namespace mmdeploy::graph
