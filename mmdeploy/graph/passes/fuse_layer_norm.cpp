#include "mmdeploy/graph/passes/facts.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/patterns.h"

// LayerNormalization for its parts:
//
//   m = ReduceMean<axes=[-1]>(x)         y = LayerNormalization<axis=-1>(x, w, b)
//   d = Sub(x, m)
//   v = ReduceMean<axes=[-1]>(Pow(d, {2}))
//   n = Div(d, Sqrt(Add(v, {1e-5})))
//   y = Add(Mul(n, w), b)
//
// Operator set 17 and newer, which has LayerNormalization. Stays: a mean over other than the last
// dimensions, and without a factor: LayerNormalization needs one.

namespace mmdeploy::graph {

namespace {

bool Fuse(const Match& match, const LayerNormParts& parts) {
  if (!parts.factor || !IsCommonFloat(parts.x) || !SameElement(parts.x, parts.factor)) return false;
  std::vector<Value*> inputs = {parts.x, parts.factor};
  if (parts.summand) {
    if (!SameElement(parts.x, parts.summand)) return false;
    inputs.push_back(parts.summand);
  }
  Value* y = match["y"];
  Value* norm = match.graph()->AddOp("LayerNormalization", inputs, match.root(), y->name());
  norm->producer()->Set("axis", parts.axis);
  norm->producer()->Set("epsilon", parts.epsilon);
  norm->type = y->type;
  Replace(match, norm);
  return true;
}

Result<int64_t> Run(Model* model) {
  if (model->opset() < 17) return 0;
  return RewriteLayerNorms(model, Fuse);
}

}  // namespace

Pass fuse_layer_norm_pass() {
  return {"fuse_layer_norm", "LayerNormalization for its parts, from operator set 17", Run};
}

}  // namespace mmdeploy::graph
