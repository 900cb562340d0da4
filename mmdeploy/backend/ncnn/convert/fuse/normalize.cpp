#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"

// Normalize for torch.nn.functional.normalize over the channels:
//
//   n = ReduceL2<axes=[1]>(x)            y = ncnn::Normalize<epsilon=1e-12>(x)
//   c = Clip(n, {1e-12})
//   y = Div(x, Expand(c, Shape(x)))

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

bool ToNormalize(const Match& match) {
  const auto axes = IntsOf(*match.node("n"), "axes", 1);
  const graph::Value* x = match["x"];
  if (!axes || !*axes || !x->type.dims || x->type.dims->size() != 4) return false;
  const int64_t axis = (*axes)->size() == 1 ? (*axes)->front() : 0;
  if ((axis != 1 && axis != -3) || match.node("n")->Int("keepdims", 1) == 0) return false;
  const graph::Node& clip = *match.node("c");
  const auto epsilon = clip.input(1) ? graph::ConstantNumber(clip.input(1))
                                     : std::optional<double>(clip.Float("min", 0));
  if (!epsilon || clip.input(2) || clip.Find("max")) return false;
  ReplaceBy(match, "Normalize", {match["x"]})->Set("epsilon", static_cast<float>(*epsilon));
  return true;
}

}  // namespace

Result<int64_t> fuse_normalize(graph::Model* model) {
  return Rewrite(model,
                 {{"n = ReduceL2(x, ...)  c = Clip(n, ...)  y = Div(x, Expand(c, _))", ToNormalize},
                  {"n = ReduceL2(x, ...)  c = Clip(n, ...)  y = Div(x, c)", ToNormalize}});
}

}  // namespace mmdeploy::ncnn_convert
