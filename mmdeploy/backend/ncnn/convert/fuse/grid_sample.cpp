#include <map>

#include "mmdeploy/backend/ncnn/convert/fuse/replace.h"
#include "mmdeploy/graph/passes/facts.h"

// Where ncnn's GridSample differs from ONNX, the operator of ours does not: ncnn rounds places in
// the middle up, ONNX to even ones, and it reflects once only.
//
//   y = GridSample<mode="nearest">(x, g)     y = mmdeploy::grid_sampler<interpolation_mode=1>(x, g)

namespace mmdeploy::ncnn_convert {

using graph::Match;

namespace {

using Numbers = std::map<std::string, int64_t>;

std::optional<int64_t> NumberOf(const graph::Node& node, std::string_view attribute,
                                std::string_view otherwise, const Numbers& numbers) {
  const auto found = numbers.find(node.String(attribute, otherwise));
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

bool ToOurs(const Match& match) {
  static const auto* modes =
      new Numbers{{"bilinear", 0}, {"linear", 0}, {"nearest", 1}, {"bicubic", 2}, {"cubic", 2}};
  static const auto* paddings = new Numbers{{"zeros", 0}, {"border", 1}, {"reflection", 2}};
  graph::Node* root = match.root();
  const auto mode = NumberOf(*root, "mode", "bilinear", *modes);
  const auto padding = NumberOf(*root, "padding_mode", "zeros", *paddings);
  const int64_t align = root->Int("align_corners", 0);
  if (!mode || !padding || graph::Rank(match["x"]) != 4) return false;
  if (*mode != 1 && *padding != 2) return false;  // ncnn's own is right
  root->set_op("grid_sampler", "mmdeploy");
  root->ClearAttributes();
  root->Set("interpolation_mode", *mode);
  root->Set("padding_mode", *padding);
  root->Set("align_corners", align);
  return true;
}

}  // namespace

Result<int64_t> fuse_grid_sample(graph::Model* model) {
  return Rewrite(model, {{"y = GridSample(x, g)", ToOurs}});
}

}  // namespace mmdeploy::ncnn_convert
