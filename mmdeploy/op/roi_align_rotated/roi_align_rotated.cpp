#include "mmdeploy/op/roi_align/roi_align.h"

namespace mmdeploy::op {
namespace roi_align_rotated {
namespace {

Result<roi_align::Problem> MakeProblem(const Attributes& attributes, const OpContext& context) {
  const Tensor& map = context.input(0);
  const Tensor& rois = context.input(1);
  roi_align::Problem problem{{&map}, {}, roi_align::Pooling::FromAttributes(attributes, false)};
  for (int64_t i = 0; i < rois.shape()[0]; ++i) {
    const float* roi = rois.data<float>() + 6 * i;
    auto region =
        roi_align::RotatedRegion(roi + 1, attributes.Float("spatial_scale"),
                                 attributes.Bool("aligned"), attributes.Bool("clockwise"));
    MMDEPLOY_TRY(region.image, roi_align::ImageOf(roi[0], i, map.shape()[0]));
    problem.regions.push_back(region);
  }
  return problem;
}

Result<std::vector<Shape>> Infer(const Attributes& attributes, InputShapes shapes) {
  return roi_align::Infer(shapes, 1, 6, 0, 1, attributes.Int("output_height"),
                          attributes.Int("output_width"));
}

}  // namespace
}  // namespace roi_align_rotated

// Pools turned regions of a map to one size (Ding et al., "Learning RoI Transformer", 2018;
// documentation: custom operators, RoIAlignRotated): the mean of roi_align, but rois [R,6] are
// image, cx, cy, w, h, angle. A sample at (u, v) of the region, seen from its centre, is at
//
//   x = v * sin(angle) + u * cos(angle) + cx,  y = v * cos(angle) - u * sin(angle) + cy
//
// of the map; `clockwise` negates the angle.
std::vector<OpDef> roi_align_rotated_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "MMCVRoIAlignRotated"}, {"mmdeploy", "RoIAlignRotated"}};
  op.inputs = {{"input", 4, Presence::kRequired, true}, {"rois", 2}};
  op.outputs = {{"output"}};
  op.attributes = {roi_align::SizeDef("output_height"),
                   roi_align::SizeDef("output_width"),
                   {"spatial_scale", AttrType::kFloat, std::nullopt, 0},
                   roi_align::SamplingRatioDef(),
                   roi_align::FlagDef("aligned"),
                   roi_align::FlagDef("clockwise")};
  op.infer = roi_align_rotated::Infer;
  op.reference = roi_align::RunProblem<roi_align_rotated::MakeProblem, roi_align::Reference>;
  op.run = roi_align::RunProblem<roi_align_rotated::MakeProblem, roi_align::Run>;
  op.run_cuda = MMDEPLOY_IF_CUDA((roi_align::RunProblemCuda<roi_align_rotated::MakeProblem, 1>));
  return {op};
}

}  // namespace mmdeploy::op
