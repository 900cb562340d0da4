#include <ATen/Functions.h>
#include <c10/core/InferenceMode.h>
#include <torch/csrc/jit/runtime/graph_executor.h>

#include <sstream>

#include "benchmarks/bare_engine.h"
#include "mmdeploy/backend/torchscript/net.h"
#include "mmdeploy/backend/torchscript/threads.h"

namespace mmdeploy::benchmarks {
namespace {

std::function<void()> Bind(const std::shared_ptr<const Net>& net, const NetFiles&,
                           const Tensor& input) {
  const auto& ours = dynamic_cast<const torchscript::TorchscriptNet&>(*net);
  const std::vector<int64_t> dims(input.shape().begin(), input.shape().end());
  const at::Tensor tensor = at::from_blob(input.raw(), dims, at::TensorOptions(at::kFloat));
  return [&ours, tensor] {
    // The same settings as ours: without them another graph would run.
    const torchscript::ThreadScope threads(ours.num_threads());
    const c10::InferenceMode no_gradients;
    const torch::jit::GraphOptimizerEnabledGuard fixed_graph(false);
    ours.Forward({tensor});
  };
}

NetFiles Tiny() {
  torch::jit::Module module("Doubling");
  module.define("def forward(self, x):\n  return x + x\n");
  std::ostringstream stream;
  const std::string signature =
      R"({"inputs": [{"name": "x", "dtype": "float32", "shape": [-1, 3]}],
          "outputs": [{"name": "y", "dtype": "float32", "shape": [-1, 3]}]})";
  module.save(stream, {{torchscript::kSignatureFile, signature}});
  const std::string text = stream.str();
  return InMemory(std::make_shared<const std::vector<char>>(text.begin(), text.end()));
}

}  // namespace

BareEngine BareTorchscript() {
  return {"torchscript", torchscript::TorchscriptNet::Load, Bind, Tiny};
}

}  // namespace mmdeploy::benchmarks
