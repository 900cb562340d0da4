#include "bindings/capi/convert.h"

#include <algorithm>
#include <cstring>
#include <memory>

namespace mmdeploy::capi {
namespace {

Result<void> CheckTensor(const Tensor& tensor, DataType dtype) {
  MMDEPLOY_ENSURE(tensor.dtype() == dtype && tensor.device().type == DeviceType::kCpu, Code::kFail,
                  "a result holds {}, expected {} in host memory", Describe(tensor), Name(dtype));
  return {};
}

template <class To>
Result<void> HoldTensor(To*& to, const Tensor& from, DataType dtype, Held* held) {
  if (from.empty()) return {};
  MMDEPLOY_TRYV(CheckTensor(from, dtype));
  Tensor tensor = from;
  // Whoever has the items may write there: the memory must be nobody else's.
  if (!held->may_share || from.owner().use_count() != 2) {
    MMDEPLOY_TRY(tensor, Tensor::Allocate(dtype, from.shape()));
    std::memcpy(tensor.raw(), from.raw(), from.num_bytes());
  }
  to = tensor.data<To>();
  held->tensors.push_back(std::move(tensor));
  return {};
}

template <class T, class From>
T* CopyArray(const From* from, size_t count) {
  static_assert(sizeof(T) == sizeof(From));
  auto* to = new T[count];
  if (count != 0) std::memcpy(to, from, count * sizeof(T));
  return to;
}

}  // namespace

Result<void> Assign(mmdeploy_rect_t& to, const Rect& from) {
  to = {from.left, from.top, from.right, from.bottom};
  return {};
}

Result<void> Assign(mmdeploy_point_t& to, const Point& from) {
  to = {from.x, from.y};
  return {};
}

Result<void> Assign(float (&to)[5], const RotatedBox& from) {
  std::copy(from.begin(), from.end(), to);
  return {};
}

Result<void> Assign(mmdeploy_point_t (&to)[4], const Quad& from) {
  for (size_t i = 0; i < from.size(); ++i) to[i] = {from[i].x, from[i].y};
  return {};
}

Result<void> Assign(char*& to, const std::string& from) {
  to = CopyArray<char>(from.c_str(), from.size() + 1);
  return {};
}

Result<void> Assign(float*& to, const std::vector<float>& from) {
  to = CopyArray<float>(from.data(), from.size());
  return {};
}

Result<void> Assign(mmdeploy_point_t*& to, const std::vector<Point>& from) {
  to = CopyArray<mmdeploy_point_t>(from.data(), from.size());
  return {};
}

Result<void> Assign(int*& to, const Tensor& from, Held* held) {
  static_assert(sizeof(int) == sizeof(int32_t));
  return HoldTensor(to, from, DataType::kInt32, held);
}

Result<void> Assign(float*& to, const Tensor& from, Held* held) {
  return HoldTensor(to, from, DataType::kFloat32, held);
}

Result<void> Assign(mmdeploy_instance_mask_t*& to, const Tensor& from) {
  if (from.empty()) return {};
  MMDEPLOY_TRYV(CheckTensor(from, DataType::kUint8));
  auto mask = std::make_unique<mmdeploy_instance_mask_t>();
  *mask = {nullptr, Side(from, -2), Side(from, -1)};
  mask->data = CopyArray<char>(from.data<uint8_t>(), from.num_bytes());
  to = mask.release();
  return {};
}

Result<void> Assign(mmdeploy_mat_t& to, const Image& from) {
  MMDEPLOY_TRYV(Check(from));
  MMDEPLOY_ENSURE(from.device == Device(), Code::kFail,
                  "a result holds an image on {}, expected host memory", Name(from.device));
  const auto row = static_cast<size_t>(from.tight_row_bytes());
  const auto rows = static_cast<size_t>(from.height);
  to = {};
  to.height = from.height;
  to.width = from.width;
  to.channel = NumChannels(from.format);
  to.format = static_cast<mmdeploy_pixel_format_t>(from.format);
  to.type = from.dtype == DataType::kUint8 ? MMDEPLOY_DATA_TYPE_UINT8 : MMDEPLOY_DATA_TYPE_FLOAT;
  to.data = new uint8_t[row * rows];
  for (size_t y = 0; y < rows; ++y) {
    std::memcpy(to.data + y * row, from.data + static_cast<int64_t>(y) * from.stride(), row);
  }
  return {};
}

int Side(const Tensor& tensor, int axis) {
  const auto rank = static_cast<int>(tensor.shape().size());
  if (tensor.empty() || rank + axis < 0) return 0;
  return static_cast<int>(tensor.shape()[static_cast<size_t>(rank + axis)]);
}

}  // namespace mmdeploy::capi
