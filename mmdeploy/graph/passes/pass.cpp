#include "mmdeploy/graph/passes/pass.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mmdeploy/base/log.h"
#include "mmdeploy/base/suggest.h"
#include "mmdeploy/graph/infer.h"

namespace mmdeploy::graph {

#define MMDEPLOY_PASS(name) Pass name##_pass();
#include "mmdeploy/graph/pass_list.inc"
#undef MMDEPLOY_PASS

const std::vector<Pass>& Passes() {
  static const auto* passes = new std::vector<Pass>{
#define MMDEPLOY_PASS(name) name##_pass(),
#include "mmdeploy/graph/pass_list.inc"
#undef MMDEPLOY_PASS
  };
  return *passes;
}

namespace {

Result<void> CheckNames(const std::vector<std::string>& names, std::string_view option) {
  std::vector<std::string> known;
  for (const Pass& pass : Passes()) known.emplace_back(pass.name);
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return MakeError(Code::kInvalidArgument, "{}: there is no pass '{}', allowed: {}", option, name,
                     ListAllowed(name, known));
  }
  return {};
}

Result<std::vector<Pass>> Selected(const OptimizeOptions& options) {
  MMDEPLOY_TRYV(CheckNames(options.only, "only"));
  MMDEPLOY_TRYV(CheckNames(options.skip, "skip"));
  auto has = [](const std::vector<std::string>& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<Pass> selected;
  for (const Pass& pass : Passes()) {
    if (!options.only.empty() && !has(options.only, pass.name)) continue;
    if (!has(options.skip, pass.name)) selected.push_back(pass);
  }
  return selected;
}

// One round over all passes; answers which of them changed the model.
Result<std::vector<std::string_view>> RunRound(Model* model, const std::vector<Pass>& passes,
                                               std::vector<PassReport>* reports) {
  std::vector<std::string_view> busy;
  for (size_t i = 0; i < passes.size(); ++i) {
    auto changed = passes[i].run(model);
    if (!changed) return MakeError(changed.error().In(passes[i].name));
    (*reports)[i].changes += *changed;
    if (*changed) busy.push_back(passes[i].name);
  }
  return busy;
}

}  // namespace

Result<std::vector<PassReport>> Optimize(Model* model, const OptimizeOptions& options) {
  MMDEPLOY_TRY(const std::vector<Pass> passes, Selected(options));
  return RunPasses(model, passes);
}

Result<std::vector<PassReport>> RunPasses(Model* model, const std::vector<Pass>& passes) {
  std::vector<PassReport> reports;
  for (const Pass& pass : passes) reports.push_back({pass.name, 0});
  std::vector<std::string_view> busy;
  for (int round = 0; round < kMaxRounds; ++round) {
    MMDEPLOY_TRYV(InferTypes(model));
    MMDEPLOY_TRY(busy, RunRound(model, passes, &reports));
    if (busy.empty()) return reports;
  }
  Log(LogLevel::kWarning,
      "the passes {} still change the model after {} rounds: it is right, but may not be as small "
      "as it could be; please report it, and skip one of them meanwhile",
      fmt::join(busy, ", "), kMaxRounds);
  MMDEPLOY_TRYV(InferTypes(model));
  return reports;
}

}  // namespace mmdeploy::graph
