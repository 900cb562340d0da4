#include "mmdeploy/graph/fold.h"
#include "mmdeploy/graph/passes/pass.h"

// Computes what depends on constants only:
//
//   <float[2] a = {1,2}, float[2] b = {3,4}>    <float[2] s = {4,6}>
//   s = Add(a, b)                               y = Mul(x, s)
//   y = Mul(x, s)
//
// Results that would take more memory than their inputs stay computed, see FoldOptions.

namespace mmdeploy::graph {

namespace {

Result<int64_t> Run(Model* model) { return FoldConstants(model); }

}  // namespace

Pass fold_constants_pass() {
  return {"fold_constants", "compute what depends on constants only", Run};
}

}  // namespace mmdeploy::graph
