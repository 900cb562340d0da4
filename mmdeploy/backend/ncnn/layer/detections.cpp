#include <algorithm>

#include "mmdeploy/backend/ncnn/layer/params.h"
#include "mmdeploy/backend/ncnn/layer/rules.h"

// What detectors end in, and regions of interest.

namespace mmdeploy::ncnn {
namespace {

Rules DetectionLimits() {
  return {Int(0, "num_class", 1, kSize),
          Float(1, "nms_threshold"),
          Int(2, "nms_top_k", 1, kSize),
          Int(3, "keep_top_k", 1, kSize),
          Float(4, "confidence_threshold"),
          Float(5, "variance_0"),
          Float(6, "variance_1"),
          Float(7, "variance_2"),
          Float(8, "variance_3")};
}

Rules PriorBox() {
  return {Floats(0, "min_sizes"),
          Floats(1, "max_sizes"),
          Floats(2, "aspect_ratios"),
          Float(3, "variance_0"),
          Float(4, "variance_1"),
          Float(5, "variance_2"),
          Float(6, "variance_3"),
          Flag(7, "flip"),
          Flag(8, "clip"),
          Int(9, "image_width", -233, kSize),
          Int(10, "image_height", -233, kSize),
          Float(11, "step_width"),
          Float(12, "step_height"),
          Float(13, "offset"),
          Flag(14, "step_mmdetection"),
          Flag(15, "center_mmdetection")};
}

Rules Roi() {
  return {Size(0, "pooled_width"), Size(1, "pooled_height"), Float(2, "spatial_scale")};
}

Result<void> CheckPriorBox(const ParamLayer& layer) {
  const size_t min = layer.Array(0).size(), max = layer.Array(1).size();
  MMDEPLOY_ENSURE(min > 0 && (max == 0 || max == min), Code::kFail, "{} min_sizes and {} max_sizes",
                  min, max);
  return {};
}

Result<void> CheckYolo(const ParamLayer& layer) {
  const auto num_box = static_cast<size_t>(layer.Int(1, 3));
  const size_t masks = num_box * layer.inputs.size(), biases = layer.Array(4).size();
  bool fits = layer.Array(5).size() >= masks && layer.Array(6).size() >= layer.inputs.size();
  for (const double mask : layer.Array(5)) {
    fits = fits && mask >= 0 && 2 * mask + 1 < static_cast<double>(biases);
  }
  MMDEPLOY_ENSURE(fits, Code::kFail,
                  "biases, mask or anchors_scale (parameters 4, 5, 6) do not "
                  "fit {} boxes of {} inputs",
                  num_box, layer.inputs.size());
  return {};
}

Result<void> CheckDetectionInputs(const ParamLayer& layer, Shapes in) {
  const int64_t priors = in[2].w / 4;
  const bool variances = in[2].h >= 2;
  const bool fits = in[2].w % 4 == 0 && in[0].count() == priors * 4 &&
                    in[1].count() == priors * layer.Int(0, 1) &&
                    (variances || layer.params.count(5) > 0 || in[2].h == 1) && in.size() == 3;
  MMDEPLOY_ENSURE(fits, Code::kFail, "locations {}, scores {} and priors {} do not fit {} classes",
                  Name(in[0]), Name(in[1]), Name(in[2]), layer.Int(0, 1));
  return {};
}

Result<void> CheckYoloInputs(const ParamLayer& layer, Shapes in) {
  for (const auto& x : in) {
    MMDEPLOY_TRYV(ExpectRank(x, 3, 3));
    MMDEPLOY_TRYV(
        ExpectSize(x, x.c, int64_t{layer.Int(1, 3)} * (5 + layer.Int(0, 20)), "channels"));
  }
  return {};
}

Result<void> CheckRoiInputs(const ParamLayer& layer, Shapes in) {
  MMDEPLOY_ENSURE(in[1].count() >= 4, Code::kFail, "regions {} have less than 4 numbers",
                  Name(in[1]));
  if (layer.type != "PSROIPooling") return {};
  return ExpectSize(in[0], in[0].c, int64_t{layer.Int(0, 7)} * layer.Int(1, 7) * layer.Int(3, 0),
                    "channels");
}

std::vector<BlobShape> RoiShape(const ParamLayer& layer, Shapes in) {
  return {ShapeOf({in[0].c, layer.Int(1, 0), layer.Int(0, 0)})};
}

}  // namespace

Rows detections_rows() {
  return {
      {"DetectionOutput",
       {3, 4},
       {},
       DetectionLimits(),
       {1, 4},
       nullptr,
       CheckDetectionInputs,
       nullptr,
       nullptr},
      {"PriorBox", {1, 2}, {}, PriorBox(), {1, 4}, CheckPriorBox, nullptr, nullptr, nullptr},
      {"PSROIPooling",
       {2, 2},
       {},
       Roi() + Rules{Int(3, "output_dim", 1, kChannels)},
       {3, 3},
       nullptr,
       CheckRoiInputs,
       nullptr,
       nullptr,
       kForeign},
      {"ROIAlign",
       {2, 2},
       {},
       Roi() + Rules{Int(3, "sampling_ratio", 0, 64), Flag(4, "aligned"), Int(5, "version", 0, 1)},
       {3, 3},
       nullptr,
       CheckRoiInputs,
       RoiShape,
       nullptr},
      {"ROIPooling",
       {2, 2},
       {},
       Roi(),
       {3, 3},
       nullptr,
       CheckRoiInputs,
       RoiShape,
       nullptr,
       kForeign},
      {"Yolov3DetectionOutput",
       {1, kMany},
       {},
       {Int(0, "num_class", 1, kSize), Int(1, "num_box", 1, 1024), Float(2, "confidence_threshold"),
        Float(3, "nms_threshold"), Floats(4, "biases"), Floats(5, "mask"),
        Floats(6, "anchors_scale")},
       {3, 3},
       CheckYolo,
       CheckYoloInputs,
       nullptr,
       nullptr},
  };
}

}  // namespace mmdeploy::ncnn
