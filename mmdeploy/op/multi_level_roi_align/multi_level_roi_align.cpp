#include "mmdeploy/op/multi_level_roi_align/multi_level_roi_align.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "mmdeploy/op/shape_rules.h"

namespace mmdeploy::op {
namespace multi_level_roi_align {

int64_t LevelOf(float width, float height, float finest_scale, size_t num_levels) {
  const float level = std::floor(std::log2(std::sqrt(width * height) / finest_scale + 1e-6f));
  const auto last = static_cast<float>(num_levels - 1);
  if (!(level > 0)) return 0;  // also a box that is no box
  return static_cast<int64_t>(std::min(level, last));
}

Result<std::vector<Shape>> Infer(InputShapes shapes, int64_t roi_size, std::string_view strides,
                                 size_t num_strides, int64_t height, int64_t width) {
  const size_t num_maps = shapes.size() - 1;
  MMDEPLOY_ENSURE(num_maps == num_strides, Code::kInvalidArgument,
                  "{} maps and {} values of attribute '{}', expected as many", num_maps,
                  num_strides, strides);
  return roi_align::Infer(shapes, 0, roi_size, 1, num_maps, height, width);
}

OpDef Declare(const OpName& name) {
  OpDef op;
  op.names = {name};
  op.inputs = {{"rois", 2}, {"feats", 4, Presence::kVariadic, true}};
  op.outputs = {{"roi_feats"}};
  return op;
}

std::vector<AttrDef> LevelAttributes() {
  return {roi_align::SizeDef("output_height", 7),
          roi_align::SizeDef("output_width", 7),
          roi_align::SamplingRatioDef(2),
          {"roi_scale_factor", AttrType::kFloat, -1.f},
          {"finest_scale", AttrType::kInt, int64_t{56}, 1, 1 << 30},
          {"featmap_strides", AttrType::kFloats, std::nullopt, 1e-6},
          roi_align::FlagDef("aligned", 0)};
}

namespace {

using Box = std::array<float, 4>;

// Grows it about its centre, as mmdet's roi_rescale does. (MMDeploy's plug-in counts a pixel more.)
Box Scale(const float* box, float factor) {
  Box scaled;
  for (int i = 0; i < 2; ++i) {
    const float centre = (box[i] + box[i + 2]) / 2;
    const float half = (box[i + 2] - box[i]) * factor / 2;
    scaled[i] = centre - half;
    scaled[i + 2] = centre + half;
  }
  return scaled;
}

Result<roi_align::Problem> MakeBoxProblem(const Attributes& attributes, const OpContext& context) {
  const auto& strides = attributes.Floats("featmap_strides");
  const float factor = attributes.Float("roi_scale_factor");
  const auto finest = static_cast<float>(attributes.Int("finest_scale"));
  const auto pooling =
      roi_align::Pooling::FromAttributes(attributes, attributes.Int("pool_mode") == 0);
  return MakeProblem(context, pooling, std::nullopt, [&](const float* box) {
    const int64_t level = LevelOf(box[2] - box[0], box[3] - box[1], finest, strides.size());
    const Box scaled = factor > 0 ? Scale(box, factor) : Box{box[0], box[1], box[2], box[3]};
    auto region = roi_align::BoxRegion(scaled.data(), 1 / strides[static_cast<size_t>(level)],
                                       attributes.Bool("aligned"));
    region.map = level;
    return region;
  });
}

Result<std::vector<Shape>> InferBoxes(const Attributes& attributes, InputShapes shapes) {
  return Infer(shapes, 5, "featmap_strides", attributes.Floats("featmap_strides").size(),
               attributes.Int("output_height"), attributes.Int("output_width"));
}

Result<roi_align::Problem> MakeDetectronProblem(const Attributes& attributes,
                                                const OpContext& context) {
  constexpr float kFinestScale = 56;
  const auto& strides = attributes.Ints("pyramid_scales");
  const int64_t size = attributes.Int("output_size");
  const roi_align::Pooling pooling{size, size, attributes.Int("sampling_ratio"), false};
  return MakeProblem(context, pooling, attributes.Int("image_id"), [&](const float* box) {
    const int64_t level = LevelOf(box[2] - box[0], box[3] - box[1], kFinestScale, strides.size());
    const auto stride = static_cast<float>(strides[static_cast<size_t>(level)]);
    auto region = roi_align::BoxRegion(box, 1 / stride, attributes.Bool("aligned"));
    region.map = level;
    return region;
  });
}

Result<std::vector<Shape>> InferDetectron(const Attributes& attributes, InputShapes shapes) {
  const int64_t size = attributes.Int("output_size");
  MMDEPLOY_TRY(auto outputs, Infer(shapes, 4, "pyramid_scales",
                                   attributes.Ints("pyramid_scales").size(), size, size));
  outputs.push_back(Shape{Dim(shapes, {0, 0}), 4});
  return outputs;
}

template <Result<void> (*kFunction)(const roi_align::Problem&, OpContext&)>
Result<void> RunDetectron(const Attributes& attributes, OpContext& context) {
  MMDEPLOY_TRYV((roi_align::RunProblem<MakeDetectronProblem, kFunction>(attributes, context)));
  if (context.num_outputs() < 2) return {};
  MMDEPLOY_TRY(auto rois, context.Output(1));
  std::copy_n(context.input(0).data<float>(), rois.num_elements(), rois.data<float>());
  return {};
}

// roi_align with the means of boxes from the level of their size. Outputs features
// [R,C,output_size,output_size] and the rois [R,4] again. Three attributes say how other programs
// go about it and change nothing.
OpDef DetectronForm() {
  OpDef op = Declare({"org.openvinotoolkit", "ExperimentalDetectronROIFeatureExtractor"});
  op.outputs.push_back({"rois"});
  op.outputs.back().optional = true;
  op.attributes = {roi_align::SizeDef("output_size"),
                   {"pyramid_scales", AttrType::kInts, std::nullopt, 1, 1 << 30},
                   roi_align::SamplingRatioDef(),
                   {"image_id", AttrType::kInt, int64_t{0}, 0, 1 << 24},
                   roi_align::FlagDef("distribute_rois_between_levels", 1),
                   roi_align::FlagDef("preserve_rois_order", 0),
                   roi_align::FlagDef("aligned", 0)};
  op.infer = InferDetectron;
  op.reference = RunDetectron<roi_align::Reference>;
  op.run = RunDetectron<roi_align::Run>;
  op.native_engines = {"openvino"};
  return op;
}

}  // namespace
}  // namespace multi_level_roi_align

// roi_align of each roi from one of several maps, the one of its size (documentation: custom
// operators, MMCVMultiLevelRoiAlign; see LevelOf, which looks at the box as it is given).
//
//   output[r] = roi_align(feats[level of r], box of r, spatial_scale 1 / featmap_strides[level])
//
// rois [R,5]; feats [N,C,H_l,W_l], as many as featmap_strides; output [R,C,output_height,
// output_width]. With roi_scale_factor f > 0 a box grows f times about its centre. pool_mode is 0
// (maximum) or 1 (mean).
std::vector<OpDef> multi_level_roi_align_ops() {
  OpDef op = multi_level_roi_align::Declare({"mmdeploy", "MMCVMultiLevelRoiAlign"});
  op.attributes = multi_level_roi_align::LevelAttributes();
  op.attributes.push_back(roi_align::FlagDef("pool_mode"));
  op.infer = multi_level_roi_align::InferBoxes;
  op.reference = roi_align::RunProblem<multi_level_roi_align::MakeBoxProblem, roi_align::Reference>;
  op.run = roi_align::RunProblem<multi_level_roi_align::MakeBoxProblem, roi_align::Run>;
  op.run_cuda =
      MMDEPLOY_IF_CUDA((roi_align::RunProblemCuda<multi_level_roi_align::MakeBoxProblem, 0>));
  return {op, multi_level_roi_align::DetectronForm()};
}

}  // namespace mmdeploy::op
