#include <algorithm>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"

// LayerNorm for its parts, in operator sets before 17, and without factor and summand in all:
//
//   m = ReduceMean<axes=[-1]>(x)         y = ncnn::LayerNorm(x, w, b)
//   d = Sub(x, m)
//   v = ReduceMean<axes=[-1]>(Pow(d, {2}))
//   n = Div(d, Sqrt(Add(v, {1e-5})))
//   y = Add(Mul(n, w), b)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Node;
using graph::Value;

namespace {

// The first of the last one or two axes over which a mean is taken; 0 for any other mean.
int64_t FirstAxis(const Node& mean, const Value& x) {
  const auto axes = IntsOf(mean, "axes", 1);
  if (!axes || !*axes || !x.type.dims || mean.Int("keepdims", 1) == 0) return 0;
  const auto rank = static_cast<int64_t>(x.type.dims->size());
  std::vector<int64_t> sorted = **axes;
  for (int64_t& axis : sorted) axis = axis < 0 ? axis + rank : axis;
  std::sort(sorted.begin(), sorted.end());
  if (sorted == std::vector<int64_t>{rank - 1}) return rank - 1;
  if (sorted == std::vector<int64_t>{rank - 2, rank - 1}) return rank - 2;
  return 0;
}

// A constant of the size over which is normalised.
bool Fits(const Value& parameter, const Value& x, int64_t axis) {
  if (!parameter.constant()) return false;
  const graph::Dims last(x.type.dims->begin() + axis, x.type.dims->end());
  const std::vector<int64_t>& dims = parameter.constant()->dims();
  return last == graph::Dims(dims.begin(), dims.end());
}

bool Fuse(const Match& match, bool affine) {
  Value* x = match["x"];
  const int64_t axis = FirstAxis(*match.node("m"), *x);
  const auto epsilon = graph::ConstantNumber(match["epsilon"]);
  if (axis == 0 || FirstAxis(*match.node("v"), *x) != axis || !epsilon) return false;
  std::vector<Value*> inputs = {x};
  if (affine) {
    if (!Fits(*match["w"], *x, axis) || !Fits(*match["b"], *x, axis)) return false;
    inputs = {x, match["w"], match["b"]};
  }
  Node* node = ReplaceBy(match, "LayerNorm", inputs);
  node->Set("axis", axis);
  node->Set("epsilon", static_cast<float>(*epsilon));
  return true;
}

bool FuseAffine(const Match& match) { return Fuse(match, true); }
bool FusePlain(const Match& match) { return Fuse(match, false); }

constexpr std::string_view kAffine = R"(
  m = ReduceMean(x, ...)
  d = Sub(x, m)
  v = ReduceMean(Pow(d, 2), ...)
  n = Div(d, Sqrt(Add(v, const epsilon)))
  y = Add(Mul(n, w), b)
)";

constexpr std::string_view kPlain = R"(
  m = ReduceMean(x, ...)
  d = Sub(x, m)
  v = ReduceMean(Pow(d, 2), ...)
  y = Div(d, Sqrt(Add(v, const epsilon)))
)";

}  // namespace

Result<int64_t> fuse_layer_norm(graph::Model* model) {
  MMDEPLOY_TRY(const int64_t affine, Rewrite(model, {{kAffine, FuseAffine}}));
  MMDEPLOY_TRY(const int64_t plain, Rewrite(model, {{kPlain, FusePlain}}));
  return affine + plain;
}

}  // namespace mmdeploy::ncnn_convert
