#include "mmdeploy/codebase/mmdet/head/boxes.h"

#include <algorithm>

#include "mmdeploy/codebase/mmdet/head/maps.h"

namespace mmdeploy {
namespace {

constexpr const char* kDets = "dets";
constexpr const char* kLabels = "labels";
constexpr const char* kDetectionOutput = "detection_output";

// A row of the network's output: corners in pixels of its input.
struct RawBox {
  int label = 0;
  float score = 0;
  bool has_score = true;
  Rect corners;
};

Result<std::vector<RawBox>> ReadDets(const NamedTensors& outputs) {
  MMDEPLOY_TRY(const Tensor* dets, RequireOutput(outputs, kDets, 3));
  MMDEPLOY_TRY(const std::vector<int> labels, RequireLabels(outputs, kLabels));
  const Shape& shape = dets->shape();
  const int64_t columns = shape[2];
  MMDEPLOY_ENSURE(shape.size() == 3 && shape[0] == 1 && (columns == 4 || columns == 5), Code::kFail,
                  "output '{}' has shape {}, expected 1xNx5 or 1xNx4", kDets, Name(shape));
  MMDEPLOY_ENSURE(static_cast<int64_t>(labels.size()) == shape[1], Code::kFail,
                  "output '{}' holds {} labels, '{}' {} boxes", kLabels, labels.size(), kDets,
                  shape[1]);
  std::vector<RawBox> boxes;
  for (int64_t i = 0; i < shape[1]; ++i) {
    const float* row = dets->data<float>() + i * columns;
    boxes.push_back({labels[static_cast<size_t>(i)],
                     columns == 5 ? row[4] : 0,
                     columns == 5,
                     {row[0], row[1], row[2], row[3]}});
  }
  return boxes;
}

Result<std::vector<RawBox>> ReadDetectionOutput(const NamedTensors& outputs,
                                                const ImageMeta& meta) {
  MMDEPLOY_TRY(const Tensor* rows, RequireOutput(outputs, kDetectionOutput, 3));
  const Shape& shape = rows->shape();
  MMDEPLOY_ENSURE(shape.size() == 3 && shape[0] == 1 && shape[2] == 6, Code::kFail,
                  "output '{}' has shape {}, expected 1xNx6", kDetectionOutput, Name(shape));
  // In units of what the network saw, padding included.
  const ImageShape input = InputShape(meta);
  const auto width = static_cast<float>(input.width), height = static_cast<float>(input.height);
  std::vector<RawBox> boxes;
  for (int64_t i = 0; i < shape[1]; ++i) {
    const float* row = rows->data<float>() + i * 6;
    MMDEPLOY_TRY(const int label, ToLabel(row[0], kDetectionOutput, i * 6));
    boxes.push_back({label - 1,  // 0 is the background
                     row[1],
                     true,
                     {row[2] * width, row[3] * height, row[4] * width, row[5] * height}});
  }
  return boxes;
}

// From the network's input to the image that was given: the padding at the top left is taken off,
// then the scale, then the border that a step before resizing had put there.
Rect ToOriginal(const Rect& box, const ImageMeta& meta) {
  const std::array<double, 4> scale = meta.scale_factor.value_or(std::array<double, 4>{1, 1, 1, 1});
  const auto map = [&](float side, size_t axis) {
    const size_t other = 1 - axis;  // pad_param and border hold [top, left]
    return static_cast<float>((side - meta.pad_param[other]) / static_cast<float>(scale[axis])) -
           meta.border[other];
  };
  Rect mapped{map(box.left, 0), map(box.top, 1), map(box.right, 0), map(box.bottom, 1)};
  mapped.left = std::max(mapped.left, 0.f);
  mapped.top = std::max(mapped.top, 0.f);
  mapped.right = std::min(mapped.right, static_cast<float>(meta.ori_shape.width - 1));
  mapped.bottom = std::min(mapped.bottom, static_cast<float>(meta.ori_shape.height - 1));
  return mapped;
}

}  // namespace

BoxArgs ReadBoxArgs(JsonReader& params) {
  BoxArgs args;
  params.Read("score_thr", &args.score_thr);
  params.Read("conf_thr", &args.score_thr);
  params.Read("min_bbox_size", &args.min_bbox_size, 0.f, 1e9f);
  return args;
}

Result<void> CheckBoxOutputs(const ModuleEnv& env, const JsonPath& path) {
  MMDEPLOY_TRYV(CheckTakesImage(env, path));
  if (!MayHaveOutput(env, kDets) && MayHaveOutput(env, kDetectionOutput)) {
    return CheckOutputs(env, path, {{kDetectionOutput, {DataType::kFloat32}, 3}});
  }
  return CheckOutputs(env, path,
                      {{kDets, {DataType::kFloat32}, 3},
                       {kLabels, {DataType::kFloat32, DataType::kInt32, DataType::kInt64}, 1}});
}

Result<std::vector<MappedBox>> MapBoxes(const NamedTensors& outputs, const ImageMeta& meta,
                                        const BoxArgs& args) {
  const bool is_detection_output = !Find(outputs, kDets) && Find(outputs, kDetectionOutput);
  MMDEPLOY_TRY(const std::vector<RawBox> boxes,
               is_detection_output ? ReadDetectionOutput(outputs, meta) : ReadDets(outputs));
  std::vector<MappedBox> mapped;
  for (size_t i = 0; i < boxes.size(); ++i) {
    const RawBox& box = boxes[i];
    if (box.label < 0 || (box.has_score && !(box.score > args.score_thr))) continue;
    const Rect corners = ToOriginal(box.corners, meta);
    const bool is_small = corners.right - corners.left < args.min_bbox_size ||
                          corners.bottom - corners.top < args.min_bbox_size;
    if (is_small) continue;
    mapped.push_back({Detection{box.label, box.score, corners, {}}, static_cast<int64_t>(i)});
  }
  return mapped;
}

Result<std::vector<Value>> MapDets(const NamedTensors& outputs, const ImageMeta& meta,
                                   const BoxArgs& args) {
  MMDEPLOY_TRY(auto boxes, MapBoxes(outputs, meta, args));
  Value::List results;
  for (auto& box : boxes) results.emplace_back(std::move(box.detection));
  return std::vector<Value>{Value(std::move(results))};
}

}  // namespace mmdeploy
