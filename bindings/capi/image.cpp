#include "bindings/capi/image.h"

#include <cmath>
#include <cstring>

#include "bindings/capi/handle.h"
#include "mmdeploy/base/device_memory.h"
#include "mmdeploy/pipeline/modules/warp_bbox.h"
#include "mmdeploy/task/text_detector/result.h"

namespace mmdeploy::capi {
namespace {

// The number in a C enum, which callers may set to anything.
template <class Enum>
int Number(const Enum& value) {
  static_assert(sizeof(Enum) == sizeof(int));
  int number;
  std::memcpy(&number, &value, sizeof(number));
  return number;
}

Result<DataType> ToDataType(int type) {
  if (type == MMDEPLOY_DATA_TYPE_UINT8) return DataType::kUint8;
  if (type == MMDEPLOY_DATA_TYPE_FLOAT) return DataType::kFloat32;
  return MakeError(Code::kInvalidArgument,
                   "element type is {}, allowed: MMDEPLOY_DATA_TYPE_UINT8 ({}), "
                   "MMDEPLOY_DATA_TYPE_FLOAT ({})",
                   type, static_cast<int>(MMDEPLOY_DATA_TYPE_UINT8),
                   static_cast<int>(MMDEPLOY_DATA_TYPE_FLOAT));
}

Result<Image> ToImage(const mmdeploy_mat_t& mat) {
  Image image;
  image.data = mat.data;
  image.height = mat.height;
  image.width = mat.width;
  image.format = static_cast<PixelFormat>(Number(mat.format));  // Check() sees a wrong one
  MMDEPLOY_TRY(image.dtype, ToDataType(Number(mat.type)));
  image.row_stride = mat.row_stride;
  if (mat.device != nullptr) image.device = mat.device->device;
  MMDEPLOY_TRYV(Check(image));
  MMDEPLOY_TRYV(FindDeviceMemory(image.device));
  return image;
}

// Calls f(image, index of the image, index of the box in it) for each box; `counts` null: once per
// image. Errors: kInvalidArgument for a negative count.
template <class F>
Result<void> ForEachBox(const mmdeploy_mat_t* mats, int count, const int* counts, const F& f) {
  MMDEPLOY_TRY(const Value images, ToImages(mats, count));
  for (int i = 0; i < count; ++i) {
    const int boxes = counts == nullptr ? 1 : counts[i];
    MMDEPLOY_ENSURE(boxes >= 0, Code::kInvalidArgument, "image {} has {} boxes, allowed: 0 or more",
                    i, boxes);
    const Image& image = images.list()[static_cast<size_t>(i)].image();
    for (int k = 0; k < boxes; ++k) MMDEPLOY_TRYV(f(image, i, k));
  }
  return {};
}

Result<Rect> ToBox(const mmdeploy_rect_t& from, int image, int index) {
  const Rect box{from.left, from.top, from.right, from.bottom};
  if (auto checked = CheckBox(box); !checked) {
    return MakeError(checked.error().In(fmt::format("box {} of image {}", index, image)));
  }
  return box;
}

Result<Value> ToQuad(const mmdeploy_text_detection_t& quad, int image, int index) {
  TextDetection detection;
  detection.score = quad.score;
  for (size_t c = 0; c < detection.bbox.size(); ++c) {
    const mmdeploy_point_t& corner = quad.bbox[c];
    detection.bbox[c] = {corner.x, corner.y};
  }
  if (auto checked = CheckQuad(detection.bbox); !checked) {
    return MakeError(checked.error().In(fmt::format("quad {} of image {}", index, image)));
  }
  return Value(detection);
}

}  // namespace

Result<void> CheckBox(const Rect& box) {
  const bool near = std::abs(box.left) < kFarthest && std::abs(box.top) < kFarthest &&
                    std::abs(box.right) < kFarthest && std::abs(box.bottom) < kFarthest;
  MMDEPLOY_ENSURE(near && box.right >= box.left && box.bottom >= box.top, Code::kInvalidArgument,
                  "[{}, {}, {}, {}], expected numbers between -1e9 and 1e9 with left <= right, "
                  "top <= bottom",
                  box.left, box.top, box.right, box.bottom);
  return {};
}

Result<Value> ToImages(const mmdeploy_mat_t* mats, int count) {
  Value::List images;
  images.reserve(static_cast<size_t>(count));
  for (int i = 0; i < count; ++i) {
    auto image = ToImage(mats[i]);
    if (!image) return MakeError(image.error().In(fmt::format("image {}", i)));
    images.emplace_back(std::move(*image));
  }
  return Value(std::move(images));
}

Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count,
                                    const mmdeploy_rect_t* boxes, const int* counts) {
  const bool whole = boxes == nullptr || counts == nullptr;
  Value::List samples;
  MMDEPLOY_TRYV(ForEachBox(
      mats, count, whole ? nullptr : counts, [&](const Image& image, int i, int k) -> Result<void> {
        Sample sample;
        sample.ori_img = image;
        sample.bbox =
            Rect{0, 0, static_cast<float>(image.width - 1), static_cast<float>(image.height - 1)};
        if (!whole) {
          MMDEPLOY_TRY(sample.bbox, ToBox(*boxes++, i, k));
        }
        samples.emplace_back(std::move(sample));
        return {};
      }));
  return std::vector<Value>{Value(std::move(samples))};
}

Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count,
                                    const mmdeploy_text_detection_t* quads, const int* counts) {
  const bool whole = quads == nullptr || counts == nullptr;
  Value::List images, detections;
  MMDEPLOY_TRYV(ForEachBox(mats, count, whole ? nullptr : counts,
                           [&](const Image& image, int i, int k) -> Result<void> {
                             Value detection;
                             if (!whole) {
                               MMDEPLOY_TRY(detection, ToQuad(*quads++, i, k));
                             }
                             images.emplace_back(image);
                             detections.push_back(std::move(detection));
                             return {};
                           }));
  return std::vector<Value>{Value(std::move(images)), Value(std::move(detections))};
}

Result<std::vector<Value>> ToInputs(const mmdeploy_mat_t* mats, int count, TaskInputs inputs) {
  if (inputs == TaskInputs::kBoxes) {
    return ToInputs(mats, count, static_cast<const mmdeploy_rect_t*>(nullptr), nullptr);
  }
  if (inputs == TaskInputs::kQuads) {
    return ToInputs(mats, count, static_cast<const mmdeploy_text_detection_t*>(nullptr), nullptr);
  }
  MMDEPLOY_TRY(Value images, ToImages(mats, count));
  return std::vector<Value>{std::move(images)};
}

}  // namespace mmdeploy::capi
