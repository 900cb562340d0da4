#include "mmdeploy/backend/engine.h"

namespace mmdeploy {

Result<std::vector<std::string>> Engine::Convert(const ConvertTask&) const {
  return MakeError(Code::kNotSupported, "engine '{}' runs ONNX files as they are: nothing to convert",
                   name());
}

}  // namespace mmdeploy
