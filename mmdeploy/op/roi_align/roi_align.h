#pragma once

#include <memory>
#include <vector>

#include "mmdeploy/op/cuda/host_device.h"
#include "mmdeploy/op/op.h"

// What the operators that pool regions have in common; roi_align.cpp has the formulas.

namespace mmdeploy::op::roi_align {

// A region of one image of one map, in pixels of the map (0 is the centre of the first one). Its
// upper left corner is at (left, top), turned about the origin and then moved by the centre.
struct Region {
  int64_t map = 0, image = 0;
  float left = 0, top = 0, width = 0, height = 0;
  float cosine = 1, sine = 0;
  float center_x = 0, center_y = 0;

  bool is_turned() const { return sine != 0 || cosine != 1; }
};

// `box` is x1, y1, x2, y2.
Region BoxRegion(const float* box, float scale, bool aligned);
// `box` is cx, cy, w, h, angle.
Region RotatedRegion(const float* box, float scale, bool aligned, bool clockwise);

// The image that a roi is in. Errors: kInvalidArgument if the batch has none of that number.
Result<int64_t> ImageOf(float number, int64_t roi, int64_t batch);

struct Pooling {
  int64_t height, width;   // bins
  int64_t sampling_ratio;  // samples of a bin along one axis; 0 or less: as many as it has pixels
  bool max;                // or the mean

  // Of attributes output_height, output_width and sampling_ratio.
  static Pooling FromAttributes(const Attributes& attributes, bool max);

  // Samples along one axis of a region of that size.
  int64_t GridSize(float size, int64_t bins) const;
};

// Most samples of a bin along one axis. Regions that would have more lie outside the map but for a
// few pixels.
constexpr int64_t kMaxGrid = 1024;

// One call.
struct Problem {
  std::vector<const Tensor*> maps;  // [N,C,H,W], C is the same
  std::vector<Region> regions;
  Pooling pooling;
};

// Place i of `grid` of bin `bin` along one axis.
MMDEPLOY_HOST_DEVICE inline float SamplePlace(float start, float bin_size, int64_t bin, int64_t i,
                                              int64_t grid) {
  return start + static_cast<float>(bin) * bin_size +
         (static_cast<float>(i) + 0.5f) * bin_size / static_cast<float>(grid);
}

// The two pixels around a place along one axis. A place up to one pixel outside counts as one on
// the edge; further outside there is nothing.
struct PixelPair {
  bool inside = false;
  int32_t first = 0, second = 0;
  float first_weight = 0, second_weight = 0;

  MMDEPLOY_HOST_DEVICE PixelPair(float place, int64_t size) {
    if (!(place >= -1 && place <= static_cast<float>(size)) || size == 0) return;
    inside = true;
    place = place > 0 ? place : 0.f;
    const auto last = static_cast<int32_t>(size - 1);
    const auto floor = static_cast<int32_t>(place);
    first = floor < last ? floor : last;
    second = first < last ? first + 1 : last;
    second_weight = first == last ? 0.f : place - static_cast<float>(first);
    first_weight = 1 - second_weight;
  }
};

// Attributes that they share, without defaults if there are to be none.
AttrDef SizeDef(const std::string& name, std::optional<int64_t> value = {});
AttrDef SamplingRatioDef(std::optional<int64_t> value = {});
AttrDef FlagDef(const std::string& name, std::optional<int64_t> value = {});

// [rois, C, height, width] for maps from input `first_map` on. Errors: kInvalidArgument if the
// channels or batches of the maps differ or rois do not have `roi_size` numbers.
Result<std::vector<Shape>> Infer(InputShapes shapes, size_t rois, int64_t roi_size,
                                 size_t first_map, size_t num_maps, int64_t height, int64_t width);

Result<void> Reference(const Problem& problem, OpContext& context);
Result<void> Run(const Problem& problem, OpContext& context);
Result<void> RunCuda(const Problem& problem, OpContext& context);

// The inputs of a call on a CUDA device, one of which is copied to the host.
Result<std::unique_ptr<OpContext>> ViewOnHost(const OpContext& context, size_t input);

// `function` over the problem that kMake makes of a call: an OpDef's RunFunction.
template <Result<Problem> (*kMake)(const Attributes&, const OpContext&),
          Result<void> (*kFunction)(const Problem&, OpContext&)>
Result<void> RunProblem(const Attributes& attributes, OpContext& context) {
  MMDEPLOY_TRY(const auto problem, kMake(attributes, context));
  return kFunction(problem, context);
}

// The same for OpDef::run_cuda: kMake sees input kRois in host memory.
template <Result<Problem> (*kMake)(const Attributes&, const OpContext&), size_t kRois>
Result<void> RunProblemCuda(const Attributes& attributes, OpContext& context) {
  MMDEPLOY_TRY(const auto view, ViewOnHost(context, kRois));
  MMDEPLOY_TRY(const auto problem, kMake(attributes, *view));
  return RunCuda(problem, context);
}

}  // namespace mmdeploy::op::roi_align
