#include <ncnn/platform.h>

#include "mmdeploy/backend/ncnn/convert_files.h"
#include "mmdeploy/backend/ncnn/net.h"

namespace mmdeploy {
namespace {

class NcnnEngine : public Engine {
 public:
  std::string name() const override { return "ncnn"; }
  std::string version() const override { return NCNN_VERSION_STRING; }

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
