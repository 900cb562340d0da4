#include "mmdeploy/backend/onnxruntime/api.h"
#include "mmdeploy/backend/onnxruntime/net.h"

namespace mmdeploy {
namespace {

class OnnxruntimeEngine : public Engine {
 public:
  std::string name() const override { return "onnxruntime"; }

  std::string version() const override {
    const auto api = onnxruntime::GetApi();
    return api ? (*api)->version : "";
  }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    MMDEPLOY_TRY(const auto* api, onnxruntime::GetApi());
    return onnxruntime::OrtNet::Load(*api, files, options);
  }
};

}  // namespace

const Engine* onnxruntime_engine() {
  static const auto* engine = new OnnxruntimeEngine;
  return engine;
}

}  // namespace mmdeploy
