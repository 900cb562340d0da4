#include "mmdeploy/backend/engine.h"

#include <fmt/ranges.h>

namespace mmdeploy {

Result<Bytes> NetFile::Content() const {
  if (bytes) return bytes;
  MMDEPLOY_ENSURE(!path.empty(), Code::kFail, "file '{}' has no content", name);
  return ReadFile(path);
}

const Engine* RegisterMemories(const Engine* engine) {
  for (const DeviceMemory* memory : engine->memories()) RegisterDeviceMemory(memory);
  return engine;
}

Result<std::vector<std::string>> OutputFiles(const ConvertTask& task,
                                             const std::vector<std::string>& extensions) {
  std::vector<std::string> files = task.output_files;
  if (files.empty()) {
    for (const auto& extension : extensions) files.push_back(task.output_prefix + extension);
  }
  MMDEPLOY_ENSURE(files.size() == extensions.size(), Code::kInvalidArgument,
                  "{} output files are named, the engine writes {} ({})", files.size(),
                  extensions.size(), fmt::join(extensions, ", "));
  return files;
}

Result<std::vector<std::string>> Engine::Convert(const ConvertTask&) const {
  return MakeError(Code::kNotSupported,
                   "engine '{}' runs ONNX files as they are: nothing to convert", name());
}

}  // namespace mmdeploy
