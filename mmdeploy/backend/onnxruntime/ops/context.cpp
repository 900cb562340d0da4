#include "mmdeploy/backend/onnxruntime/ops/context.h"

#include "mmdeploy/backend/onnxruntime/types.h"

namespace mmdeploy::onnxruntime {

Result<void> OrtOpContext::ReadInputs(const op::OpDef& op) {
  op_ = &op;
  size_t count = 0;
  MMDEPLOY_ORT(ort_, KernelContext_GetInputCount(context_, &count), "count inputs");
  MMDEPLOY_ORT(ort_, KernelContext_GetOutputCount(context_, &num_outputs_), "count outputs");
  for (size_t i = 0; i < count; ++i) {
    const OrtValue* value = nullptr;
    MMDEPLOY_ORT(ort_, KernelContext_GetInput(context_, i, &value), "read an input");
    if (!value) {
      inputs_.emplace_back();
      continue;
    }
    const auto* def = op::FindInput(op, i);
    MMDEPLOY_TRY(inputs_.emplace_back(), Wrap(const_cast<OrtValue*>(value), def ? def->name : ""));
  }
  return {};
}

Result<Tensor> OrtOpContext::Output(size_t index, const Shape& shape) {
  OrtValue* value = nullptr;
  MMDEPLOY_ORT(ort_, KernelContext_GetOutput(context_, index, shape.data(), shape.size(), &value),
               "allocate an output");
  return Wrap(value, op_->outputs[index].name);
}

Result<Tensor> OrtOpContext::Wrap(OrtValue* value, const std::string& name) const {
  MMDEPLOY_TRY(const auto type, onnxruntime::TypeOf(ort_, value, name));
  void* data = nullptr;
  MMDEPLOY_ORT(ort_, GetTensorMutableData(value, &data), "read a tensor");
  return Tensor(data, type.dtype, type.shape);
}

void OrtOpContext::ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) {
  const auto call = [](void* user, size_t i) {
    (*static_cast<const std::function<void(int64_t)>*>(user))(static_cast<int64_t>(i));
  };
  OrtStatus* status =
      ort_.KernelContext_ParallelFor(context_, call, static_cast<size_t>(count), 0,
                                     const_cast<void*>(static_cast<const void*>(&body)));
  if (!status) return;
  ort_.ReleaseStatus(status);
  for (int64_t i = 0; i < count; ++i) body(i);
}

}  // namespace mmdeploy::onnxruntime
