#pragma once

#include <functional>
#include <vector>

#include "mmdeploy/graph/match.h"

// What exporters spell in several nodes, and newer operator sets or engines have in one: each
// spelling stands here once, for passes and for converters.

namespace mmdeploy::graph {

// Gelu of x; `rewrite` gets x and whether it is the approximation by tanh.
using GeluRewrite = std::function<bool(const Match& match, bool tanh)>;

// Errors: those of Rewrite.
Result<int64_t> RewriteGelus(Model* model, const GeluRewrite& rewrite);

// y = (x - mean) / sqrt(variance + epsilon) * factor + summand over the last dimensions of x.
struct LayerNormParts {
  Value* x;
  Value* factor;   // nullptr: none; else just the dimensions that are normalised
  Value* summand;  // as factor
  int64_t axis;    // the first of these dimensions, counted from the end: -1, -2, ...
  float epsilon;
};

using LayerNormRewrite = std::function<bool(const Match& match, const LayerNormParts& parts)>;

// Tries the whole first: what a rewrite turns down is looked for without summand, then without
// factor, which stay behind it. Errors: those of Rewrite.
Result<int64_t> RewriteLayerNorms(Model* model, const LayerNormRewrite& rewrite);

}  // namespace mmdeploy::graph
