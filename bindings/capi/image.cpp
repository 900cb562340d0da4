#include "bindings/capi/image.h"

#include <cmath>
#include <cstring>

#include "bindings/capi/handle.h"
#include "mmdeploy/base/device_memory.h"

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

}  // namespace

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

Result<Value> ToSamples(const mmdeploy_mat_t* mats, int count, const mmdeploy_rect_t* boxes,
                        const int* counts) {
  MMDEPLOY_TRY(const Value images, ToImages(mats, count));
  Value::List samples;
  for (int i = 0; i < count; ++i) {
    Sample sample;
    sample.ori_img = images.list()[static_cast<size_t>(i)].image();
    if (boxes == nullptr || counts == nullptr) {
      sample.bbox = Rect{0, 0, static_cast<float>(sample.ori_img.width - 1),
                         static_cast<float>(sample.ori_img.height - 1)};
      samples.emplace_back(std::move(sample));
      continue;
    }
    MMDEPLOY_ENSURE(counts[i] >= 0, Code::kInvalidArgument,
                    "image {} has {} boxes, allowed: 0 or more", i, counts[i]);
    for (int k = 0; k < counts[i]; ++k, ++boxes) {
      const bool valid = std::isfinite(boxes->left) && std::isfinite(boxes->top) &&
                         boxes->right >= boxes->left && boxes->bottom >= boxes->top &&
                         std::isfinite(boxes->right) && std::isfinite(boxes->bottom);
      MMDEPLOY_ENSURE(
          valid, Code::kInvalidArgument,
          "box {} of image {} is [{}, {}, {}, {}], expected left <= right, top <= bottom", k, i,
          boxes->left, boxes->top, boxes->right, boxes->bottom);
      sample.bbox = Rect{boxes->left, boxes->top, boxes->right, boxes->bottom};
      samples.emplace_back(sample);
    }
  }
  return Value(std::move(samples));
}

}  // namespace mmdeploy::capi
