#include "mmdeploy/backend/request.h"

#include <algorithm>

namespace mmdeploy {

HostRequest::HostRequest(std::string engine, const Net& net)
    : engine_(std::move(engine)),
      net_(net),
      shapes_(net.inputs().size()),
      inputs_(net.inputs().size()),
      bound_outputs_(net.outputs().size()),
      outputs_(net.outputs().size()) {}

Result<void> HostRequest::SetShapes(Span<const Shape> shapes) {
  std::copy(shapes.begin(), shapes.end(), shapes_.begin());
  return {};
}

Result<Tensor> HostRequest::Input(size_t index) {
  const TensorInfo& info = net_.inputs()[index];
  MMDEPLOY_TRY(inputs_[index], Tensor::Allocate(info.dtype, shapes_[index], info.device));
  return inputs_[index];
}

Result<void> HostRequest::BindInput(size_t index, const Tensor& tensor) {
  inputs_[index] = tensor;
  return {};
}

Result<void> HostRequest::BindOutput(size_t index, const Tensor& tensor) {
  bound_outputs_[index] = tensor;
  return {};
}

Result<void> HostRequest::Run() {
  std::fill(outputs_.begin(), outputs_.end(), std::nullopt);
  auto done = Compute();
  if (done) return done;
  return MakeError(
      done.error().In(fmt::format("{} cannot run with inputs {}", engine_, DescribeInputs())));
}

Result<Tensor> HostRequest::Output(size_t index) {
  MMDEPLOY_ENSURE(outputs_[index], Code::kFail, "output '{}' was read before a run",
                  net_.outputs()[index].name);
  return *outputs_[index];
}

Result<void> HostRequest::CheckBound(size_t index, DataType dtype, const Shape& shape) const {
  const Tensor& bound = bound_outputs_[index];
  const bool fits = bound.empty() || (bound.shape() == shape && bound.dtype() == dtype);
  MMDEPLOY_ENSURE(fits, Code::kOutOfRange, "output '{}' is {} {}, the memory given for it {}",
                  net_.outputs()[index].name, Name(dtype), Name(shape), Describe(bound));
  return {};
}

Result<void> HostRequest::SetOutput(size_t index, Tensor tensor) {
  MMDEPLOY_TRYV(CheckBound(index, tensor.dtype(), tensor.shape()));
  outputs_[index] = std::move(tensor);
  return {};
}

// "'a' 1x3, 'b' 2".
std::string HostRequest::DescribeInputs() const {
  std::string text;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    text += fmt::format("{}'{}' {}", i ? ", " : "", net_.inputs()[i].name, Name(shapes_[i]));
  }
  return text;
}

}  // namespace mmdeploy
