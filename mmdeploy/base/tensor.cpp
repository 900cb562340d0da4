#include "mmdeploy/base/tensor.h"

#include "mmdeploy/base/device_memory.h"

namespace mmdeploy {

namespace {

Result<size_t> SizeInBytes(DataType dtype, const Shape& shape) {
  const auto count = shape.num_elements();
  int64_t bytes = 0;
  MMDEPLOY_ENSURE(
      count && !__builtin_mul_overflow(*count, static_cast<int64_t>(SizeOf(dtype)), &bytes),
      Code::kOutOfRange, "a tensor of shape {} has no valid size", Name(shape));
  return static_cast<size_t>(bytes);
}

}  // namespace

Result<Tensor> Tensor::Allocate(DataType dtype, const Shape& shape, BufferPool* pool) {
  MMDEPLOY_TRY(const size_t bytes, SizeInBytes(dtype, shape));
  MMDEPLOY_TRY(auto buffer, (pool ? *pool : BufferPool::Shared()).Acquire(bytes));
  void* data = buffer.get();
  return Tensor(data, dtype, shape, std::move(buffer));
}

Result<Tensor> Tensor::Allocate(DataType dtype, const Shape& shape, const Device& device,
                                BufferPool* pool) {
  if (device == Device()) return Allocate(dtype, shape, pool);
  MMDEPLOY_TRY(const size_t bytes, SizeInBytes(dtype, shape));
  MMDEPLOY_TRY(const DeviceMemory* memory, FindDeviceMemory(device));
  MMDEPLOY_TRY(auto buffer, memory->Allocate(device, bytes));
  void* data = buffer.get();
  return Tensor(data, dtype, shape, std::move(buffer), device);
}

Tensor Tensor::Slice(int64_t index) const {
  Tensor row = *this;
  row.shape_[0] = 1;
  row.data_ = static_cast<char*>(data_) + static_cast<size_t>(index) * row.num_bytes();
  return row;
}

Result<void> StartCopy(const Tensor& from, const Tensor& to) {
  MMDEPLOY_ENSURE(from.num_bytes() == to.num_bytes(), Code::kInvalidArgument,
                  "{} does not fit into {}", Describe(from), Describe(to));
  return CopyBytes(to.device(), to.raw(), from.device(), from.raw(), from.num_bytes());
}

Result<Tensor> ToDevice(const Tensor& tensor, const Device& device, BufferPool* pool) {
  if (tensor.device() == device || tensor.empty()) return tensor;
  MMDEPLOY_TRY(Tensor copy, Tensor::Allocate(tensor.dtype(), tensor.shape(), device, pool));
  MMDEPLOY_TRYV(StartCopy(tensor, copy));
  MMDEPLOY_TRYV(Synchronize(device));
  return copy;
}

std::string Describe(const Tensor& tensor) {
  const auto text = fmt::format("{} {}", Name(tensor.dtype()), Name(tensor.shape()));
  return tensor.device() == Device() ? text : text + " on " + Name(tensor.device());
}

}  // namespace mmdeploy
