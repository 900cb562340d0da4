#include <torch/version.h>

#include "mmdeploy/backend/torchscript/net.h"

namespace mmdeploy {
namespace {

class TorchscriptEngine : public Engine {
 public:
  std::string name() const override { return "torchscript"; }
  std::string version() const override { return TORCH_VERSION; }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    return torchscript::TorchscriptNet::Load(files, options);
  }

  Result<std::vector<std::string>> Convert(const ConvertTask&) const override {
    return MakeError(Code::kNotSupported,
                     "engine 'torchscript' runs what PyTorch traces: set ir_config.type to "
                     "'torchscript' in the deploy config");
  }
};

}  // namespace

const Engine* torchscript_engine() {
  static const auto* engine = new TorchscriptEngine;
  return engine;
}

}  // namespace mmdeploy
