#include "mmdeploy/backend/ncnn/convert_files.h"
#include "mmdeploy/backend/ncnn/net.h"

namespace mmdeploy {
namespace {

class NcnnEngine : public Engine {
 public:
  std::string name() const override { return "ncnn"; }
  // ncnn calls itself by the day it was built; the package that we build it from has a version.
  std::string version() const override { return MMDEPLOY_NCNN_VERSION; }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    return ncnn::NcnnNet::Load(files, options);
  }

  std::vector<std::string> extensions() const override { return {".param", ".bin"}; }

  Result<std::vector<std::string>> Convert(const ConvertTask& task) const override {
    return ncnn::Convert(task);
  }
};

}  // namespace

const Engine* ncnn_engine() {
  static const auto* engine = new NcnnEngine;
  return engine;
}

}  // namespace mmdeploy
