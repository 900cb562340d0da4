#include "mmdeploy/backend/torchscript/request.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <algorithm>
#include <cstring>

#include "mmdeploy/backend/torchscript/threads.h"
#include "mmdeploy/backend/torchscript/tidy.h"
#include "mmdeploy/backend/torchscript/types.h"

namespace mmdeploy::torchscript {
namespace {

// Owns nothing: the caller's memory lives until the run returns.
at::Tensor Wrap(const Tensor& tensor, c10::ScalarType type) {
  const std::vector<int64_t> dims(tensor.shape().begin(), tensor.shape().end());
  return at::from_blob(tensor.raw(), dims, at::TensorOptions(type));
}

// Memory that nothing else refers to: not an input, not a constant of the network, not another
// output. Use counts of tensor and storage tell, so that the caller must hold the only reference.
at::Tensor OwnMemory(const at::Tensor& tensor) {
  at::Tensor dense = tensor.cpu().contiguous();
  if (!dense.is_same(tensor)) return dense;
  const bool shared = dense.use_count() > 2 || dense.storage().use_count() > 1;
  return shared ? dense.clone() : dense;
}

// The tensors of a result. Errors: kNotSupported for anything else.
Result<std::vector<at::Tensor>> ToTensors(const c10::IValue& result) {
  if (result.isTensor()) return std::vector<at::Tensor>{result.toTensor()};
  if (result.isTensorList()) return result.toTensorVector();
  MMDEPLOY_ENSURE(result.isTuple(), Code::kNotSupported,
                  "forward gives {}, supported: a tensor, a tuple or a list of tensors",
                  result.tagKind());
  std::vector<at::Tensor> tensors;
  for (const auto& element : result.toTupleRef().elements()) {
    MMDEPLOY_ENSURE(element.isTensor(), Code::kNotSupported,
                    "forward gives a tuple with {}, supported: tensors", element.tagKind());
    tensors.push_back(element.toTensor());
  }
  return tensors;
}

}  // namespace

TorchscriptRequest::TorchscriptRequest(const TorchscriptNet& net)
    : net_(net),
      shapes_(net.inputs().size()),
      inputs_(net.inputs().size()),
      bound_outputs_(net.outputs().size()),
      outputs_(net.outputs().size()) {}

Result<void> TorchscriptRequest::SetShapes(Span<const Shape> shapes) {
  std::copy(shapes.begin(), shapes.end(), shapes_.begin());
  return {};
}

Result<Tensor> TorchscriptRequest::Input(size_t index) {
  MMDEPLOY_TRY(inputs_[index], Tensor::Allocate(net_.inputs()[index].dtype, shapes_[index]));
  return inputs_[index];
}

Result<void> TorchscriptRequest::BindInput(size_t index, const Tensor& tensor) {
  inputs_[index] = tensor;
  return {};
}

Result<void> TorchscriptRequest::BindOutput(size_t index, const Tensor& tensor) {
  bound_outputs_[index] = tensor;
  return {};
}

std::string TorchscriptRequest::DescribeInputs() const {
  std::string text;
  for (size_t i = 0; i < shapes_.size(); ++i) {
    text += fmt::format("{}'{}' {}", i ? ", " : "", net_.inputs()[i].name, Name(shapes_[i]));
  }
  return text;
}

Result<void> TorchscriptRequest::Run() {
  std::vector<at::Tensor> inputs;
  for (size_t i = 0; i < inputs_.size(); ++i) {
    const auto& info = net_.inputs()[i];
    MMDEPLOY_TRY(const auto type, ToTorch(info.dtype, info.name));
    inputs.push_back(Wrap(inputs_[i], type));
  }
  const auto what = fmt::format("run with inputs {}", DescribeInputs());
  MMDEPLOY_TRY(auto result, Guard(what, [&] {
                 const ThreadScope threads(net_.num_threads());
                 const c10::InferenceMode no_gradients;
                 // LibTorch would compile the graph anew for the first shapes it sees; results
                 // would then depend on what ran before.
                 const torch::jit::GraphOptimizerEnabledGuard fixed_graph(false);
                 return net_.Forward({inputs.begin(), inputs.end()});
               }));
  MMDEPLOY_TRY(const auto tensors, ToTensors(result));
  MMDEPLOY_ENSURE(tensors.size() == outputs_.size(), Code::kFail,
                  "forward gives {} tensors, the file promises {}", tensors.size(),
                  outputs_.size());
  result = c10::IValue();  // its references would look like those of the network
  for (size_t i = 0; i < tensors.size(); ++i) {
    MMDEPLOY_TRY(outputs_[i], TakeOutput(tensors[i], i));
  }
  return {};
}

Result<Tensor> TorchscriptRequest::TakeOutput(const at::Tensor& tensor, size_t index) const {
  const auto& name = net_.outputs()[index].name;
  const auto what = fmt::format("read output '{}'", name);
  MMDEPLOY_TRY(const auto owned,
               Guard(what, [&] { return std::make_shared<at::Tensor>(OwnMemory(tensor)); }));
  MMDEPLOY_TRY(const DataType dtype, FromTorch(owned->scalar_type(), name));
  MMDEPLOY_ENSURE(owned->dim() <= static_cast<int64_t>(Shape::kMaxRank), Code::kNotSupported,
                  "output '{}' has {} dimensions, supported: up to {}", name, owned->dim(),
                  Shape::kMaxRank);
  const Shape shape(Span<const int64_t>(owned->sizes().data(), owned->sizes().size()));
  const Tensor& bound = bound_outputs_[index];
  if (bound.empty()) return Tensor(owned->data_ptr(), dtype, shape, owned);
  MMDEPLOY_ENSURE(bound.shape() == shape && bound.dtype() == dtype, Code::kOutOfRange,
                  "output '{}' is {} {}, the memory given for it {}", name, Name(dtype),
                  Name(shape), Describe(bound));
  std::memcpy(bound.raw(), owned->data_ptr(), bound.num_bytes());
  return bound;
}

Result<Tensor> TorchscriptRequest::Output(size_t index) {
  MMDEPLOY_ENSURE(!outputs_[index].empty() || outputs_[index].num_elements() == 0, Code::kFail,
                  "output '{}' was read before a run", net_.outputs()[index].name);
  return outputs_[index];
}

}  // namespace mmdeploy::torchscript
