#pragma once

#include "mmdeploy/op/roi_align/roi_align.h"

// What the operators share that take each roi from one of several maps.

namespace mmdeploy::op::multi_level_roi_align {

// The map that a box of that size is taken from (Lin et al., "Feature Pyramid Networks", 2017):
// floor(log2(sqrt(width * height) / finest_scale + 1e-6)), or the nearest one that there is.
int64_t LevelOf(float width, float height, float finest_scale, size_t num_levels);

// Input 0 are rois [R, ...], the others maps. to_region(box) makes a region; rois start with their
// image unless all are in `image`. Errors: kInvalidArgument for an image that there is not.
template <class ToRegion>
Result<roi_align::Problem> MakeProblem(const OpContext& context, const roi_align::Pooling& pooling,
                                       std::optional<int64_t> image, const ToRegion& to_region) {
  const Tensor& rois = context.input(0);
  roi_align::Problem problem{{}, {}, pooling};
  for (size_t i = 1; i < context.num_inputs(); ++i) problem.maps.push_back(&context.input(i));
  const int64_t batch = problem.maps[0]->shape()[0];
  for (int64_t i = 0; i < rois.shape()[0]; ++i) {
    const float* roi = rois.data<float>() + rois.shape()[1] * i;
    roi_align::Region region = to_region(image ? roi : roi + 1);
    const float number = image ? static_cast<float>(*image) : roi[0];
    MMDEPLOY_TRY(region.image, roi_align::ImageOf(number, i, batch));
    problem.regions.push_back(region);
  }
  return problem;
}

// The output of rois of roi_size numbers and as many maps as there are `strides`, the attribute of
// that name. Errors: kInvalidArgument.
Result<std::vector<Shape>> Infer(InputShapes shapes, int64_t roi_size, std::string_view strides,
                                 size_t num_strides, int64_t height, int64_t width);

// Input rois and maps, output features.
OpDef Declare(const OpName& name);

// Attributes that boxes and turned boxes share.
std::vector<AttrDef> LevelAttributes();

}  // namespace mmdeploy::op::multi_level_roi_align
