#include "mmdeploy/backend/engine.h"

namespace mmdeploy {

Result<Bytes> NetFile::Content() const {
  if (bytes) return bytes;
  MMDEPLOY_ENSURE(!path.empty(), Code::kFail, "file '{}' has no content", name);
  return ReadFile(path);
}

Result<std::vector<std::string>> Engine::Convert(const ConvertTask&) const {
  return MakeError(Code::kNotSupported,
                   "engine '{}' runs ONNX files as they are: nothing to convert", name());
}

}  // namespace mmdeploy
