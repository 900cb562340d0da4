#include "benchmarks/bare_engine.h"
#include "mmdeploy/backend/onnxruntime/net.h"
#include "tests/conformance/doubling_onnx.h"

namespace mmdeploy::benchmarks {
namespace {

void Must(const OrtApi& ort, OrtStatus* status) {
  if (!status) return;
  std::fprintf(stderr, "error: %s\n", ort.GetErrorMessage(status));
  std::exit(2);
}

// Inputs and outputs are bound once; everything lives until the program ends.
std::function<void()> Bind(const std::shared_ptr<const Net>& net, const NetFiles&,
                           const Tensor& input) {
  const auto& ours = dynamic_cast<const onnxruntime::OrtNet&>(*net);
  const OrtApi& ort = ours.ort();
  OrtMemoryInfo* memory = nullptr;
  Must(ort, ort.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
  OrtValue* value = nullptr;
  Must(ort, ort.CreateTensorWithDataAsOrtValue(memory, input.raw(), input.num_bytes(),
                                               input.shape().data(), input.shape().size(),
                                               ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
  OrtIoBinding* binding = nullptr;
  Must(ort, ort.CreateIoBinding(ours.session(), &binding));
  Must(ort, ort.BindInput(binding, net->inputs()[0].name.c_str(), value));
  for (const auto& output : net->outputs()) {
    Must(ort, ort.BindOutputToDevice(binding, output.name.c_str(), memory));
  }
  return [&ort, session = ours.session(), binding] {
    Must(ort, ort.RunWithBinding(session, nullptr, binding));
  };
}

}  // namespace

BareEngine BareOnnxruntime() {
  return {"onnxruntime",
          [](const NetFiles& files, const NetOptions& options) {
            const auto api = onnxruntime::GetApi();
            return api ? onnxruntime::OrtNet::Load(**api, files, options) : MakeError(api.error());
          },
          Bind, [] { return InMemory(testing::DoublingOnnx()); }};
}

}  // namespace mmdeploy::benchmarks
