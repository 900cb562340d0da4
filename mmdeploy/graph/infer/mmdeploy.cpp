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

// [2, 4 * priors] of a feature map [*,H,W]: corners, and what predictions are multiplied by.
Result<void> PriorBox(InferContext& c) {
  const auto count = [&](std::string_view name) {
    const auto values = c.Floats(name);
    return static_cast<int64_t>(values ? values->size() : 0);
  };
  const int64_t small = count("min_sizes");
  const int64_t cell = small * (1 + 2 * count("aspect_ratios")) + count("max_sizes");
  const OptionalDims& feature = c.dims(0);
  Dim priors;
  if (feature && feature->size() >= 2) {
    const Dim& height = (*feature)[feature->size() - 2];
    const Dim& width = feature->back();
    if (height.is_known() && width.is_known()) {
      priors = Dim(4 * cell * height.value() * width.value());
    }
  }
  c.Set(0, c.element(0), Dims{Dim(2), priors});
  return {};
}

// [1, boxes, 6]: label, score, corners. How many is known at run time only.
Result<void> DetectionRows(InferContext& c) {
  c.Set(0, c.element(0), Dims{Dim(1), Dim(), Dim(6)});
  return {};
}

constexpr InferRule kRules[] = {
    // Names a place in the graph at which it can be cut.
    {"Mark", 1, kVariadic, kAnything, InferSameType, "mmdeploy"},
    // Exported for ncnn.
    {"AdaptiveAvgPool2d", 2, 2, kFloats, AdaptivePool, "mmdeploy"},
    {"DetectionOutput", 3, 3, kFloats, DetectionRows, "mmdeploy"},
    {"Gelu", 1, 1, kFloats, InferSameType, "mmdeploy"},
    {"LayerNorm", 1, 3, kFloats, InferSameType, "mmdeploy"},
    {"MultiHeadAttention", 3, kVariadic, kFloats, InferSameType, "mmdeploy"},
    {"PriorBox", 1, 1, kFloats, PriorBox, "mmdeploy"},
    {"Yolov3DetectionOutput", 1, kVariadic, kFloats, DetectionRows, "mmdeploy"},
};

}  // namespace

Span<const InferRule> MmdeployRules() { return kRules; }

}  // namespace mmdeploy::graph
