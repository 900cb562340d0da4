#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/result.h"
#include "mmdeploy/graph/graph.h"

// Passes over a graph: each leaves the model's results unchanged and changes nothing when it runs a
// second time. One file per pass, listed in CMakeLists.txt.

namespace mmdeploy::graph {

struct Pass {
  std::string_view name;     // "fuse_conv_batch_norm"
  std::string_view summary;  // one line for `mmdeploy graph optimize --list`
  // Answers the number of changes.
  Result<int64_t> (*run)(Model* model);
};

// All passes, in the order in which Optimize runs them.
const std::vector<Pass>& Passes();

struct OptimizeOptions {
  // Only these passes; empty: all. Unknown names are errors that tell the near ones.
  std::vector<std::string> only;
  // All but these.
  std::vector<std::string> skip;
};

struct PassReport {
  std::string_view name;
  int64_t changes = 0;
};

// Runs type inference and the passes until nothing changes. Answers what each pass did.
Result<std::vector<PassReport>> Optimize(Model* model, const OptimizeOptions& options = {});

}  // namespace mmdeploy::graph
