#include "benchmarks/bare_engine.h"
#include "mmdeploy/backend/openvino/net.h"
#include "tests/conformance/doubling_onnx.h"

namespace mmdeploy::benchmarks {
namespace {

std::function<void()> Bind(const std::shared_ptr<const Net>& net, const NetFiles&,
                           const Tensor& input) {
  const auto& ours = dynamic_cast<const openvino::OpenvinoNet&>(*net);
  int generation = 0;
  const auto request = std::make_shared<ov::InferRequest>(ours.NewRequest(&generation).value());
  const ov::Shape shape(input.shape().begin(), input.shape().end());
  request->set_input_tensor(ov::Tensor(ov::element::f32, shape, input.raw()));
  return [request] { request->infer(); };
}

}  // namespace

BareEngine BareOpenvino() {
  return {"openvino", openvino::OpenvinoNet::Load, Bind,
          [] { return InMemory(testing::DoublingOnnx()); }};
}

}  // namespace mmdeploy::benchmarks
