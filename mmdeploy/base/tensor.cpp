#include "mmdeploy/base/tensor.h"

namespace mmdeploy {

Result<Tensor> Tensor::Allocate(DataType dtype, const Shape& shape, BufferPool* pool) {
  const auto count = shape.num_elements();
  int64_t bytes = 0;
  MMDEPLOY_ENSURE(
      count && !__builtin_mul_overflow(*count, static_cast<int64_t>(SizeOf(dtype)), &bytes),
      Code::kOutOfRange, "a tensor of shape {} has no valid size", Name(shape));
  MMDEPLOY_TRY(auto buffer,
               (pool ? *pool : BufferPool::Shared()).Acquire(static_cast<size_t>(bytes)));
  void* data = buffer.get();
  return Tensor(data, dtype, shape, std::move(buffer));
}

Tensor Tensor::Slice(int64_t index) const {
  Tensor row = *this;
  row.shape_[0] = 1;
  row.data_ = static_cast<char*>(data_) + static_cast<size_t>(index) * row.num_bytes();
  return row;
}

std::string Describe(const Tensor& tensor) {
  return fmt::format("{} {}", Name(tensor.dtype()), Name(tensor.shape()));
}

}  // namespace mmdeploy
