#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/patterns.h"

// LayerNorm for its parts, in operator sets before 17, and without factor and summand in all:
//
//   m = ReduceMean<axes=[-1]>(x)         y = ncnn::LayerNorm(x, w, b)
//   d = Sub(x, m)
//   v = ReduceMean<axes=[-1]>(Pow(d, {2}))
//   n = Div(d, Sqrt(Add(v, {1e-5})))
//   y = Add(Mul(n, w), b)

namespace mmdeploy::ncnn_convert {

using graph::LayerNormParts;
using graph::Match;

namespace {

// ncnn's layer normalises one or two dimensions of an image, and has both parameters or none.
bool Fuse(const Match& match, const LayerNormParts& parts) {
  const auto rank = static_cast<int64_t>(parts.x->type.dims->size());
  if (parts.axis < -2 || rank + parts.axis < 1) return false;
  const bool affine = parts.factor && parts.summand;
  if (affine && !(parts.factor->constant() && parts.summand->constant())) return false;
  if (!affine && (parts.factor || parts.summand)) return false;
  std::vector<graph::Value*> inputs = {parts.x};
  if (affine) inputs = {parts.x, parts.factor, parts.summand};
  graph::Node* node = ReplaceBy(match, "LayerNorm", inputs);
  node->Set("axis", rank + parts.axis);
  node->Set("epsilon", parts.epsilon);
  return true;
}

}  // namespace

Result<int64_t> fuse_layer_norm(graph::Model* model) {
  return graph::RewriteLayerNorms(model, Fuse);
}

}  // namespace mmdeploy::ncnn_convert
