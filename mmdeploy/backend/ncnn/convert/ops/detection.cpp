#include "mmdeploy/backend/ncnn/convert/ops/converter.h"

// Operators that detectors exported for ncnn end in.

namespace mmdeploy::ncnn_convert {

using graph::Node;

namespace {

std::vector<std::string> ReadAll(const Node& node, Emitter* emitter) {
  std::vector<std::string> blobs;
  for (size_t i = 0; i < node.num_inputs(); ++i) blobs.push_back(emitter->Read(node.input(i)));
  return blobs;
}

// A list of floats, also where the file has one of integers.
std::vector<float> FloatList(const Node& node, std::string_view attribute) {
  if (const auto* floats = node.Get<std::vector<float>>(attribute)) return *floats;
  const std::vector<int64_t> ints = node.Ints(attribute);
  return {ints.begin(), ints.end()};
}

float Number(const Node& node, std::string_view attribute, float otherwise) {
  if (const auto* integer = node.Get<int64_t>(attribute)) return static_cast<float>(*integer);
  return node.Float(attribute, otherwise);
}

// [1,2,4N] from a feature map.
Result<void> ConvertPriorBox(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("PriorBox", node);
  layer->Set(0, FloatList(node, "min_sizes"));
  layer->Set(1, FloatList(node, "max_sizes"));
  layer->Set(2, FloatList(node, "aspect_ratios"));
  layer->Set(9, node.Int("image_width", 0));
  layer->Set(10, node.Int("image_height", 0));
  layer->Set(11, Number(node, "step_width", 0));
  layer->Set(12, Number(node, "step_height", 0));
  layer->Set(13, Number(node, "offset", 0));
  layer->Set(14, node.Int("step_mmdetection", 0));
  return {};
}

Result<void> ConvertDetectionOutput(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_inputs() == 3, Code::kOutOfRange,
                  "it has {} inputs, expected boxes, scores and priors", node.num_inputs());
  const std::vector<float> variances = FloatList(node, "vars");
  MMDEPLOY_ENSURE(variances.empty() || variances.size() == 4, Code::kOutOfRange,
                  "vars has {} entries, expected 4", variances.size());
  Layer* layer = emitter->Add("DetectionOutput", node, ReadAll(node, emitter));
  layer->Set(0, node.Int("num_class", 81));
  layer->Set(1, node.Float("nms_threshold", 0.45F));
  layer->Set(2, node.Int("nms_top_k", 100));
  layer->Set(3, node.Int("keep_top_k", 100));
  layer->Set(4, node.Float("score_threshold", 0.35F));
  for (size_t i = 0; i < variances.size(); ++i) layer->Set(5 + static_cast<int>(i), variances[i]);
  return {};
}

Result<void> ConvertYolov3DetectionOutput(const Node& node, Emitter* emitter) {
  Layer* layer = emitter->Add("Yolov3DetectionOutput", node, ReadAll(node, emitter));
  layer->Set(0, node.Int("num_class", 80));
  layer->Set(1, node.Int("num_box", 3));
  layer->Set(2, node.Float("confidence_threshold", 0.01F));
  layer->Set(3, node.Float("nms_threshold", 0.45F));
  layer->Set(4, FloatList(node, "biases"));
  layer->Set(5, FloatList(node, "mask"));
  layer->Set(6, FloatList(node, "anchors_scale"));
  return {};
}

// One image: the index of the image of each box is not asked for.
Result<void> ConvertRoiAlign(const Node& node, Emitter* emitter) {
  MMDEPLOY_ENSURE(node.num_inputs() >= 2 && node.input(0) && node.input(1), Code::kOutOfRange,
                  "an input is left out");
  const std::string mode = node.String("mode", "avg");
  MMDEPLOY_ENSURE(mode == "avg", Code::kNotSupported, "mode '{}', ncnn has avg", mode);
  const auto& rois = *node.input(1);
  MMDEPLOY_ENSURE(
      rois.type.dims && rois.type.dims->size() == 2 && (*rois.type.dims)[0] == graph::Dim(1),
      Code::kNotSupported, "'{}' is {}, ncnn pools one box", rois.name(), Name(rois.type));
  const std::string coordinates =
      node.String("coordinate_transformation_mode",
                  node.graph()->model()->opset() >= 16 ? "half_pixel" : "output_half_pixel");
  constexpr int64_t kAverageOfSamples = 1;
  Layer* layer =
      emitter->Add("ROIAlign", node, {emitter->Read(node.input(0)), emitter->Read(node.input(1))});
  layer->Set(0, node.Int("output_width", 1));
  layer->Set(1, node.Int("output_height", 1));
  layer->Set(2, node.Float("spatial_scale", 1));
  layer->Set(3, node.Int("sampling_ratio", 0));
  layer->Set(4, static_cast<int64_t>(coordinates == "half_pixel"));
  layer->Set(5, kAverageOfSamples);
  return {};
}

}  // namespace

std::vector<Converter> detection_converters() {
  return {
      {"DetectionOutput",
       ConvertDetectionOutput,
       3,
       {"keep_top_k", "nms_threshold", "nms_top_k", "num_class", "score_threshold", "vars"},
       true},
      {"PriorBox",
       ConvertPriorBox,
       1,
       {"aspect_ratios", "image_height", "image_width", "max_sizes", "min_sizes", "offset",
        "step_height", "step_mmdetection", "step_width"},
       true},
      {"RoiAlign",
       ConvertRoiAlign,
       3,
       {"coordinate_transformation_mode", "mode", "output_height", "output_width", "sampling_ratio",
        "spatial_scale"}},
      {"Yolov3DetectionOutput",
       ConvertYolov3DetectionOutput,
       kAnyInputs,
       {"anchors_scale", "biases", "confidence_threshold", "mask", "nms_threshold", "num_box",
        "num_class"},
       true},
  };
}

}  // namespace mmdeploy::ncnn_convert
