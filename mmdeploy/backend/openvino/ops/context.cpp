#include "mmdeploy/backend/openvino/ops/context.h"

#include "mmdeploy/backend/openvino/guard.h"
#include "mmdeploy/backend/openvino/types.h"
#include "mmdeploy/base/parallel.h"

namespace mmdeploy::openvino {

Result<void> OvOpContext::ReadInputs(const ov::TensorVector& inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const auto* def = op::FindInput(op_, i);
    const std::string name = def ? def->name : std::to_string(i);
    MMDEPLOY_TRY(const DataType dtype, FromOv(inputs[i].get_element_type(), name));
    MMDEPLOY_TRY(const Shape shape, FromOv(inputs[i].get_shape(), name));
    inputs_.emplace_back(Tensor(const_cast<void*>(inputs[i].data()), dtype, shape));
  }
  return {};
}

Result<Tensor> OvOpContext::Output(size_t index, const Shape& shape) {
  const auto& name = op_.outputs[index].name;
  ov::Tensor& tensor = outputs_[index];
  MMDEPLOY_TRYV(
      Guard(fmt::format("allocate output '{}'", name), [&] { tensor.set_shape(ToOv(shape)); }));
  MMDEPLOY_TRY(const DataType dtype, FromOv(tensor.get_element_type(), name));
  return Tensor(tensor.data(), dtype, shape);
}

void OvOpContext::ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) {
  // In the arena of the stream that calls: OpenVINO's oneTBB is this process's.
  mmdeploy::ParallelFor(count, 0, body);
}

}  // namespace mmdeploy::openvino
