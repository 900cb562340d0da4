#include "mmdeploy/op/roi_align/roi_align.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace roi_align {

Region BoxRegion(const float* box, float scale, bool aligned) {
  const float offset = aligned ? 0.5f : 0.f;
  Region region;
  region.left = box[0] * scale - offset;
  region.top = box[1] * scale - offset;
  region.width = box[2] * scale - offset - region.left;
  region.height = box[3] * scale - offset - region.top;
  if (!aligned) {
    region.width = std::max(region.width, 1.f);
    region.height = std::max(region.height, 1.f);
  }
  return region;
}

Region RotatedRegion(const float* box, float scale, bool aligned, bool clockwise) {
  const float offset = aligned ? 0.5f : 0.f;
  const float angle = clockwise ? -box[4] : box[4];
  Region region;
  region.center_x = box[0] * scale - offset;
  region.center_y = box[1] * scale - offset;
  region.width = box[2] * scale;
  region.height = box[3] * scale;
  if (!aligned) {
    region.width = std::max(region.width, 1.f);
    region.height = std::max(region.height, 1.f);
  }
  region.left = -region.width / 2;
  region.top = -region.height / 2;
  region.cosine = std::cos(angle);
  region.sine = std::sin(angle);
  return region;
}

Result<int64_t> ImageOf(float number, int64_t roi, int64_t batch) {
  MMDEPLOY_ENSURE(number >= 0 && number < static_cast<float>(batch), Code::kInvalidArgument,
                  "roi {} is in image {}, allowed: 0 to {}", roi, number, batch - 1);
  return static_cast<int64_t>(number);
}

Pooling Pooling::FromAttributes(const Attributes& attributes, bool max) {
  return {attributes.Int("output_height"), attributes.Int("output_width"),
          attributes.Int("sampling_ratio"), max};
}

int64_t Pooling::GridSize(float size, int64_t bins) const {
  if (sampling_ratio > 0) return sampling_ratio;
  const float grid = std::ceil(size / static_cast<float>(bins));
  if (!(grid > 0)) return 0;
  return grid < static_cast<float>(kMaxGrid) ? static_cast<int64_t>(grid) : kMaxGrid;
}

AttrDef SizeDef(const std::string& name, std::optional<int64_t> value) {
  return {name, AttrType::kInt, value, 1, 1 << 16};
}

AttrDef SamplingRatioDef(std::optional<int64_t> value) {
  return {"sampling_ratio", AttrType::kInt, value, -1, kMaxGrid};
}

AttrDef FlagDef(const std::string& name, std::optional<int64_t> value) {
  return {name, AttrType::kInt, value, 0, 1};
}

Result<std::vector<Shape>> Infer(InputShapes shapes, size_t rois, int64_t roi_size,
                                 size_t first_map, size_t num_maps, int64_t height, int64_t width) {
  Shape output{Dim(shapes, {rois, 0}), Dim(shapes, {first_map, 1}), height, width};
  MMDEPLOY_TRYV(ExpectDim(shapes, rois, 1, roi_size, "numbers of a roi"));
  for (size_t i = first_map + 1; i < first_map + num_maps; ++i) {
    MMDEPLOY_TRYV(SameDim(shapes, {first_map, 0}, {i, 0}, "N"));
    MMDEPLOY_TRY(output[1], SameDim(shapes, {first_map, 1}, {i, 1}, "channels"));
  }
  return std::vector<Shape>{output};
}

namespace {

Result<std::vector<Shape>> InferPooled(const Attributes& attributes, InputShapes shapes) {
  return Infer(shapes, 1, 5, 0, 1, attributes.Int("output_height"), attributes.Int("output_width"));
}

Result<Problem> MakeProblem(const Attributes& attributes, const OpContext& context) {
  const Tensor& map = context.input(0);
  const Tensor& rois = context.input(1);
  Problem problem{
      {&map}, {}, Pooling::FromAttributes(attributes, attributes.String("mode") == "max")};
  for (int64_t i = 0; i < rois.shape()[0]; ++i) {
    const float* roi = rois.data<float>() + 5 * i;
    Region region =
        BoxRegion(roi + 1, attributes.Float("spatial_scale"), attributes.Bool("aligned"));
    MMDEPLOY_TRY(region.image, ImageOf(roi[0], i, map.shape()[0]));
    problem.regions.push_back(region);
  }
  return problem;
}

}  // namespace
}  // namespace roi_align

// Pools regions of a map to one size (He et al., "Mask R-CNN", 2017; documentation: custom
// operators, MMCVRoiAlign).
//
//   output[r,c,i,j] = mean or maximum over samples s of bin (i, j) of sample(input[image,c], at s)
//
// rois [R,5] are image, x1, y1, x2, y2; times spatial_scale they are in pixels of the map, less 0.5
// if `aligned`; otherwise they are at least 1 wide and high. A region has output_height x
// output_width bins, a bin sampling_ratio x sampling_ratio samples, or ceil(size of a bin) if that
// is 0. sample() is bilinear; up to one pixel outside the map is as on its edge, further outside 0.
// input [N,C,H,W]; output [R,C,output_height,output_width]. A region that is not finite gives 0.
std::vector<OpDef> roi_align_ops() {
  OpDef op;
  op.names = {{"mmdeploy", "MMCVRoiAlign"}, {"mmdeploy", "MMCVRoIAlign"}, {"mmcv", "MMCVRoiAlign"}};
  op.inputs = {{"input", 4, Presence::kRequired, true}, {"rois", 2}};
  op.outputs = {{"output"}};
  op.attributes = {roi_align::SizeDef("output_height", 7),
                   roi_align::SizeDef("output_width", 7),
                   {"spatial_scale", AttrType::kFloat, 1.f, 0},
                   roi_align::SamplingRatioDef(0),
                   {"mode", AttrType::kString},
                   roi_align::FlagDef("aligned", 1)};
  op.attributes[4].words = {"avg", "max"};
  op.infer = roi_align::InferPooled;
  op.reference = roi_align::RunProblem<roi_align::MakeProblem, roi_align::Reference>;
  op.run = roi_align::RunProblem<roi_align::MakeProblem, roi_align::Run>;
  op.run_cuda = MMDEPLOY_IF_CUDA((roi_align::RunProblemCuda<roi_align::MakeProblem, 1>));
  return {op};
}

}  // namespace mmdeploy::op
