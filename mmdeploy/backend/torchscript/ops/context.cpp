#include "mmdeploy/backend/torchscript/ops/context.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>

#include "mmdeploy/backend/torchscript/guard.h"
#include "mmdeploy/backend/torchscript/types.h"

namespace mmdeploy::torchscript {

Result<void> TorchOpContext::AddInput(const at::Tensor& tensor) {
  if (!tensor.defined()) {
    inputs_.emplace_back();
    return {};
  }
  const size_t index = inputs_.size();
  const auto* def = op::FindInput(op_, index);
  const std::string name = def ? def->name : std::to_string(index);
  MMDEPLOY_ENSURE(tensor.dim() <= static_cast<int64_t>(Shape::kMaxRank), Code::kInvalidArgument,
                  "input '{}' has {} dimensions, supported: up to {}", name, tensor.dim(),
                  Shape::kMaxRank);
  MMDEPLOY_TRY(const DataType dtype, FromTorch(tensor.scalar_type(), name));
  const auto dense = std::make_shared<at::Tensor>(tensor.contiguous());
  inputs_.emplace_back(
      Tensor(dense->data_ptr(), dtype,
             Shape(Span<const int64_t>(dense->sizes().data(), dense->sizes().size())), dense));
  return {};
}

Result<Tensor> TorchOpContext::Output(size_t index, const Shape& shape) {
  const auto& def = op_.outputs[index];
  const DataType dtype = TypeOf(def);
  MMDEPLOY_TRY(const auto type, ToTorch(dtype, def.name));
  MMDEPLOY_TRY(outputs_[index], Guard(fmt::format("allocate output '{}'", def.name), [&] {
                 return at::empty({shape.data(), shape.size()}, at::TensorOptions(type));
               }));
  return Tensor(outputs_[index].data_ptr(), dtype, shape);
}

void TorchOpContext::ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) {
  at::parallel_for(0, count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

}  // namespace mmdeploy::torchscript
