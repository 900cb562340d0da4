#include "mmdeploy/backend/onnxruntime/api.h"

#include <cstdlib>
#include <filesystem>
#include <vector>

#include "mmdeploy/base/dynamic_library.h"
#include "mmdeploy/base/log.h"

#ifndef MMDEPLOY_ONNXRUNTIME_LIBRARY_DIR
#define MMDEPLOY_ONNXRUNTIME_LIBRARY_DIR ""
#endif

namespace mmdeploy::onnxruntime {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLibrary = "libonnxruntime.so.1";

// ONNX Runtime's own log lines become ours. Its errors come back from the call that failed as well.
void ORT_API_CALL ForwardLog(void*, OrtLoggingLevel severity, const char*, const char*,
                             const char* where, const char* message) {
  const auto level = severity == ORT_LOGGING_LEVEL_WARNING ? LogLevel::kWarning : LogLevel::kDebug;
  Log(level, "onnxruntime: {} [{}]", message, where);
}

std::vector<std::string> Candidates() {
  std::vector<std::string> paths;
  if (const char* user = std::getenv("MMDEPLOY_ONNXRUNTIME_LIBRARY")) {
    std::error_code error;
    paths.push_back(fs::is_directory(user, error) ? (fs::path(user) / kLibrary).string() : user);
    return paths;  // what the user names is meant: no silent second choice
  }
  const fs::path folder = ThisLibraryFolder();
  paths.push_back((folder / kLibrary).string());
  // A program that has the engine linked in lies in bin/, the library in lib/.
  paths.push_back((folder.parent_path() / "lib" / kLibrary).string());
  if (*MMDEPLOY_ONNXRUNTIME_LIBRARY_DIR) {
    paths.push_back((fs::path(MMDEPLOY_ONNXRUNTIME_LIBRARY_DIR) / kLibrary).string());
  }
  paths.emplace_back(kLibrary);
  return paths;
}

Result<DynamicLibrary> OpenLibrary() {
  std::string reasons;
  for (const auto& path : Candidates()) {
    auto library = DynamicLibrary::Open(path);
    if (library) return library;
    reasons += (reasons.empty() ? "" : "; ") + library.error().message();
  }
  return MakeError(Code::kNotSupported,
                   "the library of ONNX Runtime is missing: {}; install ONNX Runtime and name its "
                   "file or folder in MMDEPLOY_ONNXRUNTIME_LIBRARY",
                   reasons);
}

Result<const Api*> Open() {
  MMDEPLOY_TRY(const auto library, OpenLibrary());
  using GetBase = const OrtApiBase* (*)();
  MMDEPLOY_TRY(const auto get_base, library.Find<GetBase>("OrtGetApiBase"));
  auto* api = new Api;  // lives until the process ends, like the library
  api->version = get_base()->GetVersionString();
  MMDEPLOY_TRY(api->ort, NegotiateApi(get_base()));
  MMDEPLOY_ORT(*api->ort,
               CreateEnvWithCustomLogger(ForwardLog, nullptr, ORT_LOGGING_LEVEL_ERROR, "mmdeploy",
                                         &api->env),
               "start");
  MMDEPLOY_ORT(*api->ort, DisableTelemetryEvents(api->env), "switch telemetry off");
  return api;
}

}  // namespace

Result<const OrtApi*> NegotiateApi(const OrtApiBase* base) {
  const OrtApi* ort = base->GetApi(kApiVersion);
  MMDEPLOY_ENSURE(ort, Code::kNotSupported,
                  "ONNX Runtime is version {}, version 1.{} or newer is needed; update it, or name "
                  "a newer library in MMDEPLOY_ONNXRUNTIME_LIBRARY",
                  base->GetVersionString(), kApiVersion);
  return ort;
}

Result<const Api*> GetApi() {
  static const auto* api = new Result<const Api*>(Open());
  return *api;
}

}  // namespace mmdeploy::onnxruntime
