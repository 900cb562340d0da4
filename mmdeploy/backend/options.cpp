#include "mmdeploy/backend/options.h"

#include <algorithm>

#include "mmdeploy/base/parallel.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy {

Result<void> CheckIsCpu(std::string_view engine, const NetOptions& options) {
  MMDEPLOY_ENSURE(options.device.type == DeviceType::kCpu, Code::kNotSupported,
                  "engine '{}' of this build runs on 'cpu', found device '{}'", engine,
                  Name(options.device));
  return {};
}

Result<void> CheckOptionNames(std::string_view engine, const NetOptions& options,
                              const std::vector<std::string>& known) {
  for (const auto& [name, value] : options.engine) {
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    MMDEPLOY_ENSURE(is_known, Code::kNotSupported, "engine '{}' has no option '{}', allowed: {}",
                    engine, name, known.empty() ? "none" : ListAllowed(name, known));
  }
  return {};
}

Result<void> CheckPrecision(std::string_view engine, const NetOptions& options,
                            const std::vector<std::string>& known) {
  const auto& precision = options.precision;
  MMDEPLOY_ENSURE(std::find(known.begin(), known.end(), precision) != known.end(),
                  Code::kNotSupported, "engine '{}' has no precision '{}', allowed: {}", engine,
                  precision, ListAllowed(precision, known));
  return {};
}

int CallThreads(const NetOptions& options) {
  return options.num_threads > 0 ? options.num_threads : NumProcessors();
}

int ConcurrentCalls(int threads) {
  return threads > 1 ? std::max(1, NumProcessors() / threads) : 0;
}

}  // namespace mmdeploy
