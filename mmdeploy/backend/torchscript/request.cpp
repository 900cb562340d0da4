#include "mmdeploy/backend/torchscript/request.h"

#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <cstring>

#include "mmdeploy/backend/torchscript/guard.h"
#include "mmdeploy/backend/torchscript/threads.h"
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

Result<std::vector<c10::IValue>> TorchscriptRequest::WrapInputs() const {
  std::vector<c10::IValue> inputs;
  for (size_t i = 0; i < net_.inputs().size(); ++i) {
    const auto& info = net_.inputs()[i];
    MMDEPLOY_TRY(const auto type, ToTorch(info.dtype, info.name));
    at::Tensor wrapped = Wrap(input(i), type);
    // The caller's memory is not ours to write to.
    if (net_.writes(i)) wrapped = wrapped.clone();
    inputs.emplace_back(std::move(wrapped));
  }
  return inputs;
}

Result<c10::IValue> TorchscriptRequest::Forward(const std::vector<c10::IValue>& inputs) const {
  return Catch(Explain, [&] {
    const ThreadScope threads(net_.num_threads());
    const c10::InferenceMode no_gradients;
    // LibTorch would compile the graph anew for the first shapes it sees; results would then
    // depend on what ran before.
    const torch::jit::GraphOptimizerEnabledGuard fixed_graph(false);
    return net_.Forward(inputs);
  });
}

Result<void> TorchscriptRequest::Compute() {
  // Kept until the outputs are taken: an output that is an input is known by its references.
  MMDEPLOY_TRY(const auto inputs, WrapInputs());
  MMDEPLOY_TRY(auto result, Forward(inputs));
  MMDEPLOY_TRY(const auto tensors, ToTensors(result));
  const size_t promised = net_.outputs().size();
  MMDEPLOY_ENSURE(tensors.size() == promised, Code::kFail,
                  "forward gives {} tensors, the file promises {}", tensors.size(), promised);
  result = c10::IValue();  // its references would look like those of the network
  for (size_t i = 0; i < promised; ++i) {
    MMDEPLOY_TRY(auto output, TakeOutput(tensors[i], i));
    MMDEPLOY_TRYV(SetOutput(i, std::move(output)));
  }
  return {};
}

Result<Tensor> TorchscriptRequest::TakeOutput(const at::Tensor& tensor, size_t index) const {
  const auto& name = net_.outputs()[index].name;
  MMDEPLOY_TRY(const auto owned,
               Catch(Explain, [&] { return std::make_shared<at::Tensor>(OwnMemory(tensor)); }));
  MMDEPLOY_TRY(const DataType dtype, FromTorch(owned->scalar_type(), name));
  MMDEPLOY_ENSURE(owned->dim() <= static_cast<int64_t>(Shape::kMaxRank), Code::kNotSupported,
                  "output '{}' has {} dimensions, supported: up to {}", name, owned->dim(),
                  Shape::kMaxRank);
  const Shape shape(Span<const int64_t>(owned->sizes().data(), owned->sizes().size()));
  const Tensor& bound = bound_output(index);
  if (bound.empty()) return Tensor(owned->data_ptr(), dtype, shape, owned);
  MMDEPLOY_TRYV(CheckBound(index, dtype, shape));
  std::memcpy(bound.raw(), owned->data_ptr(), bound.num_bytes());
  return bound;
}

}  // namespace mmdeploy::torchscript
