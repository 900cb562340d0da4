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

// Runs type inference and the passes until nothing changes. Answers what each pass did. Passes that
// undo each other would never end: after kMaxRounds a warning names them, and the model stays as it
// then is, which is right, as it is after every pass.
constexpr int kMaxRounds = 50;  // real models are done after 3 to 6
Result<std::vector<PassReport>> Optimize(Model* model, const OptimizeOptions& options = {});

// As above with these passes.
Result<std::vector<PassReport>> RunPasses(Model* model, const std::vector<Pass>& passes);

}  // namespace mmdeploy::graph
