#pragma once

#include <memory>
#include <string>

#include "mmdeploy/base/buffer_pool.h"
#include "mmdeploy/base/device.h"
#include "mmdeploy/base/dtype.h"
#include "mmdeploy/base/result.h"
#include "mmdeploy/base/shape.h"

namespace mmdeploy {

// A typed, shaped view of memory. With an `owner` it keeps the memory alive; without one the
// memory is the caller's and must outlive the tensor. Copying a tensor copies the view.
// Memory is C-contiguous.
class Tensor {
 public:
  Tensor() = default;

  // A view of existing memory.
  Tensor(void* data, DataType dtype, Shape shape, std::shared_ptr<void> owner = nullptr,
         Device device = {})
      : data_(data), owner_(std::move(owner)), shape_(shape), dtype_(dtype), device_(device) {}

  // New host memory, 64-byte aligned and not initialised, from `pool` (or the process-wide one).
  // Errors: kOutOfRange for a negative or overflowing shape, kOutOfMemory.
  static Result<Tensor> Allocate(DataType dtype, const Shape& shape, BufferPool* pool = nullptr);
  // The same on a device. Errors: those of FindDeviceMemory, too.
  static Result<Tensor> Allocate(DataType dtype, const Shape& shape, const Device& device,
                                 BufferPool* pool = nullptr);

  bool empty() const { return data_ == nullptr; }
  DataType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Device& device() const { return device_; }
  const std::shared_ptr<void>& owner() const { return owner_; }

  void* raw() const { return data_; }
  int64_t num_elements() const { return shape_.num_elements().value_or(0); }
  size_t num_bytes() const { return static_cast<size_t>(num_elements()) * SizeOf(dtype_); }

  // The elements as T; the caller has checked dtype(), and that they lie in host memory.
  template <class T>
  T* data() const {
    return static_cast<T*>(data_);
  }

  // The same memory under another shape of equal element count.
  Tensor Reshaped(const Shape& shape) const {
    Tensor tensor = *this;
    tensor.shape_ = shape;
    return tensor;
  }

  // Row `index` of the outermost dimension, as a tensor whose outermost dimension is 1.
  Tensor Slice(int64_t index) const;

 private:
  void* data_ = nullptr;
  std::shared_ptr<void> owner_;
  Shape shape_;
  DataType dtype_ = DataType::kFloat32;
  Device device_;
};

// The tensor in the memory of a device: itself if it lies there, else a copy that is complete.
Result<Tensor> ToDevice(const Tensor& tensor, const Device& device, BufferPool* pool = nullptr);

// Copies the elements into a tensor of as many bytes on any device. It may go on when this returns,
// until Synchronize, unless it goes to the host.
Result<void> StartCopy(const Tensor& from, const Tensor& to);

// "float32 1x3x224x224"; behind it " on cuda:0" if that is where it lies.
std::string Describe(const Tensor& tensor);

}  // namespace mmdeploy
