#include "mmdeploy/pipeline/load_net.h"

#include <filesystem>

#include "mmdeploy/backend/registry.h"

namespace mmdeploy {
namespace {

Result<NetFile> OpenFile(const Model& model, const std::string& name) {
  NetFile file;
  file.name = name;
  if (name.empty()) return file;
  file.path = model.PathOf(name);
  if (file.path.empty()) {
    MMDEPLOY_TRY(file.bytes, model.ReadFile(name));
    return file;
  }
  std::error_code error;
  MMDEPLOY_ENSURE(std::filesystem::is_regular_file(file.path, error), Code::kFileNotExist,
                  "file '{}' does not exist", file.path);
  return file;
}

}  // namespace

Result<std::shared_ptr<const Net>> LoadNet(const Model& model, const NetSpec& spec,
                                           NetOptions options) {
  MMDEPLOY_TRY(const Engine* engine, FindEngine(spec.backend));
  NetFiles files;
  MMDEPLOY_TRY(files.net, OpenFile(model, spec.net));
  MMDEPLOY_TRY(files.weights, OpenFile(model, spec.weights));
  options.precision = spec.precision;
  options.low_latency |= spec.low_latency;
  for (const auto& [key, value] : spec.engine_options) options.engine.emplace(key, value);
  return engine->Load(files, options);
}

}  // namespace mmdeploy
