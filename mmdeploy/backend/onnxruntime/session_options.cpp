#include "mmdeploy/backend/onnxruntime/session_options.h"

#include <onnxruntime_session_options_config_keys.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "mmdeploy/backend/options.h"
#include "mmdeploy/base/dynamic_library.h"
#include "mmdeploy/base/log.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::onnxruntime {
namespace fs = std::filesystem;
namespace {

constexpr const char* kOpsLibrary = "libmmdeploy_onnxruntime_ops.so";
constexpr const char* kCallThreads = "intra_op_num_threads";
constexpr int kMaxThreads = 1024;

// An engine option: one of some words, or a number of threads (no words).
struct Option {
  const char* name;
  std::vector<std::pair<const char*, int>> words;
  OrtStatus* (*set)(const OrtApi& ort, OrtSessionOptions* options, int value);
};

const std::vector<Option>& Options() {
  static const auto* options = new std::vector<Option>{
      {"enable_cpu_mem_arena",
       {{"0", 0}, {"1", 1}},
       [](const OrtApi& ort, OrtSessionOptions* o, int on) {
         return on ? ort.EnableCpuMemArena(o) : ort.DisableCpuMemArena(o);
       }},
      {"enable_mem_pattern",
       {{"0", 0}, {"1", 1}},
       [](const OrtApi& ort, OrtSessionOptions* o, int on) {
         return on ? ort.EnableMemPattern(o) : ort.DisableMemPattern(o);
       }},
      {"execution_mode",
       {{"sequential", ORT_SEQUENTIAL}, {"parallel", ORT_PARALLEL}},
       [](const OrtApi& ort, OrtSessionOptions* o, int mode) {
         return ort.SetSessionExecutionMode(o, static_cast<ExecutionMode>(mode));
       }},
      {"graph_optimization_level",
       {{"disable", ORT_DISABLE_ALL},
        {"basic", ORT_ENABLE_BASIC},
        {"extended", ORT_ENABLE_EXTENDED},
        {"all", ORT_ENABLE_ALL}},
       [](const OrtApi& ort, OrtSessionOptions* o, int level) {
         return ort.SetSessionGraphOptimizationLevel(o, static_cast<GraphOptimizationLevel>(level));
       }},
      {"inter_op_num_threads",
       {},
       [](const OrtApi& ort, OrtSessionOptions* o, int count) {
         return ort.SetInterOpNumThreads(o, count);
       }},
      {kCallThreads, {}, [](const OrtApi&, OrtSessionOptions*, int) -> OrtStatus* {
         return nullptr;  // part of the `num_threads` that are set anyway
       }}};
  return *options;
}

Result<const Option*> FindOption(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& option : Options()) {
    if (name == option.name) return &option;
    known.emplace_back(option.name);
  }
  return MakeError(Code::kNotSupported, "engine 'onnxruntime' has no option '{}', allowed: {}",
                   name, ListAllowed(name, known));
}

Result<int> ParseValue(const Option& option, const std::string& text) {
  std::vector<std::string> allowed;
  for (const auto& [word, value] : option.words) {
    if (text == word) return value;
    allowed.emplace_back(word);
  }
  if (allowed.empty()) {
    char* end = nullptr;
    const long count = std::strtol(text.c_str(), &end, 10);
    if (!text.empty() && *end == '\0' && count >= 1 && count <= kMaxThreads) {
      return static_cast<int>(count);
    }
    allowed.push_back(fmt::format("1..{}", kMaxThreads));
  }
  return MakeError(Code::kInvalidArgument, "engine option '{}' is '{}', allowed: {}", option.name,
                   text, ListAllowed(text, allowed));
}

// The library of custom operators: the file of MMDEPLOY_ONNXRUNTIME_OPS_LIBRARY, else the one that
// lies beside this plug-in; "" if there is none.
std::string FindOpsLibrary() {
  if (const char* user = std::getenv("MMDEPLOY_ONNXRUNTIME_OPS_LIBRARY")) return user;
  const auto path = fs::path(ThisLibraryFolder()) / kOpsLibrary;
  std::error_code error;
  return fs::exists(path, error) ? path.string() : "";
}

Result<void> RegisterOps(const OrtApi& ort, OrtSessionOptions* session_options) {
  const auto path = FindOpsLibrary();
  if (path.empty()) return {};
  MMDEPLOY_ORT(ort, RegisterCustomOpsLibrary_V2(session_options, path.c_str()),
               fmt::format("use the custom operators of '{}'", path));
  Log(LogLevel::kInfo, "onnxruntime: custom operators of '{}'", path);
  return {};
}

}  // namespace

Result<int> SessionThreads(const NetOptions& options) {
  const int threads = CallThreads(options);
  const auto own = options.engine.find(kCallThreads);
  if (own == options.engine.end()) return threads;
  MMDEPLOY_TRY(const auto* option, FindOption(kCallThreads));
  MMDEPLOY_TRY(const int value, ParseValue(*option, own->second));
  return std::min(threads, value);
}

Result<void> SetSessionOptions(const OrtApi& ort, const NetOptions& options, int num_threads,
                               OrtSessionOptions* session_options) {
  MMDEPLOY_ORT(ort, SetIntraOpNumThreads(session_options, num_threads), "set the thread count");
  MMDEPLOY_ORT(ort, SetInterOpNumThreads(session_options, 1), "set the thread count");
  MMDEPLOY_ORT(ort, SetSessionExecutionMode(session_options, ORT_SEQUENTIAL), "set the mode");
  MMDEPLOY_ORT(ort, SetSessionGraphOptimizationLevel(session_options, ORT_ENABLE_ALL),
               "set the optimisation level");
  // Idle threads spin while a call runs, which is what makes one caller fast, and stop when it
  // ends: what its caller does between calls, and other callers, then have the processors.
  const char* stop = options.low_latency ? "0" : "1";
  MMDEPLOY_ORT(
      ort, AddSessionConfigEntry(session_options, kOrtSessionOptionsConfigForceSpinningStop, stop),
      "set spinning");
  for (const auto& [name, text] : options.engine) {
    MMDEPLOY_TRY(const auto* option, FindOption(name));
    MMDEPLOY_TRY(const int value, ParseValue(*option, text));
    if (OrtStatus* status = option->set(ort, session_options, value)) {
      return MakeError(Code::kFail, "onnxruntime cannot set '{}' to '{}': {}", name, text,
                       TakeMessage(ort, status));
    }
  }
  return RegisterOps(ort, session_options);
}

}  // namespace mmdeploy::onnxruntime
