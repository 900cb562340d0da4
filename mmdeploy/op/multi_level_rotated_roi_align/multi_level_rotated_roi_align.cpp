#include <algorithm>
#include <array>

#include "mmdeploy/op/multi_level_roi_align/multi_level_roi_align.h"

namespace mmdeploy::op {
namespace multi_level_rotated_roi_align {
namespace {

Result<roi_align::Problem> MakeProblem(const Attributes& attributes, const OpContext& context) {
  const auto& strides = attributes.Floats("featmap_strides");
  const float factor = attributes.Float("roi_scale_factor");
  const auto finest = static_cast<float>(attributes.Int("finest_scale"));
  const auto pooling = roi_align::Pooling::FromAttributes(attributes, false);
  const auto to_region = [&](const float* box) {
    const int64_t level = multi_level_roi_align::LevelOf(box[2], box[3], finest, strides.size());
    const float stride = strides[static_cast<size_t>(level)];
    std::array<float, 5> scaled{box[0], box[1], box[2], box[3], box[4]};
    for (int i = 2; i < 4; ++i) {
      if (factor > 0) scaled[i] *= factor;
      scaled[i] = std::max(scaled[i], stride);  // one pixel of the map
    }
    auto region = roi_align::RotatedRegion(scaled.data(), 1 / stride, attributes.Bool("aligned"),
                                           attributes.Bool("clockwise"));
    region.map = level;
    return region;
  };
  return multi_level_roi_align::MakeProblem(context, pooling, std::nullopt, to_region);
}

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  return multi_level_roi_align::Infer(
      shapes, 6, "featmap_strides", attributes.Floats("featmap_strides").size(),
      attributes.Int("output_height"), attributes.Int("output_width"));
}

}  // namespace
}  // namespace multi_level_rotated_roi_align

// roi_align_rotated of each roi from one of several maps, the one of its size (documentation:
// custom operators, MMCVMultiLevelRotatedRoiAlign; see multi_level_roi_align). rois [R,6]; with
// roi_scale_factor > 0 their w and h are multiplied with it. A region is at least one pixel of its
// map wide and high, also if `aligned`.
std::vector<OpDef> multi_level_rotated_roi_align_ops() {
  OpDef op = multi_level_roi_align::Declare({"mmdeploy", "MMCVMultiLevelRotatedRoiAlign"});
  op.attributes = multi_level_roi_align::LevelAttributes();
  op.attributes.push_back(roi_align::FlagDef("clockwise", 0));
  op.infer = multi_level_rotated_roi_align::Infer;
  op.reference =
      roi_align::RunProblem<multi_level_rotated_roi_align::MakeProblem, roi_align::Reference>;
  op.run = roi_align::RunProblem<multi_level_rotated_roi_align::MakeProblem, roi_align::Run>;
  op.run_cuda =
      MMDEPLOY_IF_CUDA((roi_align::RunProblemCuda<multi_level_rotated_roi_align::MakeProblem, 0>));
  return {op};
}

}  // namespace mmdeploy::op
