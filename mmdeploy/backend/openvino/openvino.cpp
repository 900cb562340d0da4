#include <openvino/core/version.hpp>

#include "mmdeploy/backend/openvino/convert.h"
#include "mmdeploy/backend/openvino/net.h"

namespace mmdeploy {
namespace {

class OpenvinoEngine : public Engine {
 public:
  std::string name() const override { return "openvino"; }

  // "2026.4.1" of "2026.4.1-22982-0123456789a-releases/2026/4".
  std::string version() const override {
    const std::string build = ov::get_openvino_version().buildNumber;
    return build.substr(0, build.find('-'));
  }

  Result<std::shared_ptr<const Net>> Load(const NetFiles& files,
                                          const NetOptions& options) const override {
    return openvino::OpenvinoNet::Load(files, options);
  }

  std::vector<std::string> extensions() const override { return {".xml", ".bin"}; }

  Result<std::vector<std::string>> Convert(const ConvertTask& task) const override {
    return openvino::Convert(task);
  }
};

}  // namespace

const Engine* openvino_engine() {
  static const auto* engine = new OpenvinoEngine;
  return engine;
}

}  // namespace mmdeploy
