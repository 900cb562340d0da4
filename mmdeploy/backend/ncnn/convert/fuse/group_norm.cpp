#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// GroupNorm for what PyTorch exports:
//
//   r = Reshape(x, {0,g,-1})             y = GroupNormalization<num_groups=g>(x, scale, bias)
//   n = InstanceNormalization(r, {1..}, {0..})
//   u = Reshape(n, shape of x)
//   y = Add(Mul(u, w), b)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// [C,1,1] or [1,C,1,1].
bool IsPerChannel(const Value& value, int64_t channels) {
  if (!value.constant() || value.constant()->num_elements() != channels) return false;
  const std::vector<int64_t>& dims = value.constant()->dims();
  return dims.size() >= 3 && dims[dims.size() - 3] == channels;
}

bool ToGroupNorm(const Match& match) {
  Value* x = match["x"];
  const auto channels = graph::KnownDim(x, 1);
  const auto groups = graph::KnownDim(match["r"], 1);
  const bool grouped = match["r"]->type.dims && match["r"]->type.dims->size() >= 3 &&
                       graph::KnownDim(match["r"], 0) == graph::KnownDim(x, 0);
  if (!channels || !groups || !grouped || *groups < 1 || *channels % *groups != 0) return false;
  if (!x->type.dims || x->type.dims->size() != 4) return false;
  if (!graph::IsFilledWith(match["one"], 1) || !graph::IsFilledWith(match["zero"], 0)) return false;
  if (!IsPerChannel(*match["w"], *channels) || !IsPerChannel(*match["b"], *channels)) return false;
  if (!graph::SameDims(x, match["y"])) return false;
  const float epsilon = match.node("n")->Float("epsilon", 1e-5F);
  graph::Node* node = ReplaceBy(match, "GroupNormalization", {x, match["w"], match["b"]});
  node->Set("num_groups", *groups);
  node->Set("epsilon", epsilon);
  return true;
}

}  // namespace

Result<int64_t> fuse_group_norm(graph::Model* model) {
  return Rewrite(model, {{R"(
    r = Reshape(x, _)
    n = InstanceNormalization(r, const one, const zero)
    y = Add(Mul(Reshape(n, _), w), b)
  )",
                          ToGroupNorm}});
}

}  // namespace mmdeploy::ncnn_convert
