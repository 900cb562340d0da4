#include "mmdeploy/backend/ncnn/convert/fuse/build.h"
#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/backend/ncnn/convert/layout.h"
#include "mmdeploy/graph/passes/facts.h"

// GroupNorm for what PyTorch exports, with a factor and a summand for each channel, or without one
// or both of them, which are 1 and 0 then:
//
//   r = Reshape(x, {0,g,-1})             y = GroupNormalization<num_groups=g>(x, scale, bias)
//   n = InstanceNormalization(r, {1..}, {0..})
//   u = Reshape(n, shape of x)
//   y = Add(Mul(u, w), b)

namespace mmdeploy::ncnn_convert {

using graph::Match;
using graph::Value;

namespace {

// A constant for each channel of x: [C,1,1] or [1,C,1,1] for an image, one dimension less for rows.
bool IsPerChannel(const Value& value, const Value& x, int64_t channels) {
  if (!value.constant() || value.constant()->num_elements() != channels) return false;
  const std::vector<int64_t>& dims = value.constant()->dims();
  const size_t behind = x.type.dims->size() - 2;
  return dims.size() > behind && dims.size() <= behind + 2 &&
         dims[dims.size() - 1 - behind] == channels;
}

bool AreGroups(const Match& match) {
  const Value* x = match["x"];
  const auto channels = graph::KnownDim(x, 1);
  const auto groups = graph::KnownDim(match["r"], 1);
  const auto rank = graph::Rank(match["r"]);
  return x->type.dims && x->type.dims->size() >= 3 && channels && groups && rank && *rank >= 3 &&
         graph::KnownDim(x, 0) && graph::KnownDim(match["r"], 0) == graph::KnownDim(x, 0) &&
         *groups >= 1 && *channels % *groups == 0 && graph::IsFilledWith(match["one"], 1) &&
         graph::IsFilledWith(match["zero"], 0) && graph::SameDims(x, match["y"]);
}

// The factors or summands; `otherwise` where the pattern has none. Nothing if they do not fit.
Value* PerChannel(const Match& match, std::string_view name, float otherwise) {
  const Value* x = match["x"];
  const int64_t channels = *graph::KnownDim(x, 1);
  Value* value = match[name];
  if (value) return IsPerChannel(*value, *x, channels) ? value : nullptr;
  return AddFloats(match.graph(), {channels},
                   std::vector<float>(static_cast<size_t>(channels), otherwise));
}

bool ToGroupNorm(const Match& match) {
  if (!AreGroups(match)) return false;
  Value* scale = PerChannel(match, "w", 1);
  Value* bias = PerChannel(match, "b", 0);
  if (!scale || !bias) return false;
  const int64_t groups = *graph::KnownDim(match["r"], 1);
  const float epsilon = match.node("n")->Float("epsilon", 1e-5F);
  graph::Node* node = ReplaceBy(match, "GroupNormalization", {match["x"], scale, bias});
  node->Set("num_groups", groups);
  node->Set("epsilon", epsilon);
  return true;
}

constexpr std::string_view kNorm =
    "r = Reshape(x, _)  n = InstanceNormalization(r, const one, const zero)  ";

}  // namespace

// The whole pattern first: its parts match as well.
Result<int64_t> fuse_group_norm(graph::Model* model) {
  int64_t count = 0;
  for (const std::string_view tail :
       {"y = Add(Mul(Reshape(n, _), const w), const b)", "y = Mul(Reshape(n, _), const w)",
        "y = Add(Reshape(n, _), const b)", "y = Reshape(n, _)"}) {
    const std::string pattern = std::string(kNorm) + std::string(tail);
    MMDEPLOY_TRY(const int64_t found, Rewrite(model, {{pattern, ToGroupNorm}}));
    count += found;
  }
  return count;
}

}  // namespace mmdeploy::ncnn_convert
