#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/backend/engine.h"

// What engines read out of NetOptions alike.

namespace mmdeploy {

// Errors: kNotSupported for every device but the processor.
Result<void> CheckIsCpu(std::string_view engine, const NetOptions& options);

// Errors: kNotSupported if an engine option is none of `known`.
Result<void> CheckOptionNames(std::string_view engine, const NetOptions& options,
                              const std::vector<std::string>& known);

// Errors: kNotSupported if the precision is none of `known`.
Result<void> CheckPrecision(std::string_view engine, const NetOptions& options,
                            const std::vector<std::string>& known);

// Threads inside one call.
int CallThreads(const NetOptions& options);

// Net::max_concurrent_runs for calls of so many threads: a call that uses several processors gains
// nothing from others beside it once all are in use; calls of one thread may all run at once.
int ConcurrentCalls(int threads);

}  // namespace mmdeploy
