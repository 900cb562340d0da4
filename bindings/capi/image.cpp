#include "bindings/capi/image.h"

#include <cstring>

#include "bindings/capi/handle.h"

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

}  // namespace mmdeploy::capi
