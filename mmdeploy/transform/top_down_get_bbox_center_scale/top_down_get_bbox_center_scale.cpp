#include "mmdeploy/transform/top_down_get_bbox_center_scale/top_down_get_bbox_center_scale.h"

#include "mmdeploy/base/image.h"
#include "mmdeploy/transform/step.h"

namespace mmdeploy {

Rect BoxOf(const Sample& sample) {
  const ImageShape& shape = sample.meta.ori_shape;
  return sample.bbox.value_or(
      Rect{0, 0, static_cast<float>(shape.width - 1), static_cast<float>(shape.height - 1)});
}

CenterScale BoxToCenterScale(const Rect& box, float aspect_ratio, float padding) {
  // The corners belong to the box.
  float width = box.right - box.left + 1;
  float height = box.bottom - box.top + 1;
  const Point center{box.left + width * 0.5F, box.top + height * 0.5F};
  if (width > aspect_ratio * height) {
    height = width / aspect_ratio;
  } else if (width < aspect_ratio * height) {
    width = height * aspect_ratio;
  }
  return {center, {width / 200 * padding, height / 200 * padding}};
}

Result<void> TopDownGetBboxCenterScale::Run(Sample& sample, const TransformContext&) const {
  const float aspect_ratio = static_cast<float>(args_.width) / static_cast<float>(args_.height);
  const auto [center, scale] = BoxToCenterScale(BoxOf(sample), aspect_ratio, args_.padding);
  sample.meta.center = center;
  sample.meta.scale = scale;
  return {};
}

namespace {

Result<std::unique_ptr<Transform>> Create(JsonReader& reader, const TransformOptions&) {
  TopDownGetBboxCenterScale::Args args;
  const auto size = RequireIntPair(reader, "image_size", 1, Image::kMaxSide);
  args.width = size.first;
  args.height = size.second;
  reader.Read("padding", &args.padding, 1e-3F, 1e3F);
  return MakeStep<TopDownGetBboxCenterScale>(reader, args);
}

}  // namespace

TransformType top_down_get_bbox_center_scale_transform() {
  return {"TopDownGetBboxCenterScale", Create};
}

}  // namespace mmdeploy
