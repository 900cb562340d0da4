#include "mmdeploy/graph/passes/pass.h"

#include <algorithm>

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

}  // namespace

Result<std::vector<PassReport>> Optimize(Model* model, const OptimizeOptions& options) {
  // Real models are done after 3 to 6 rounds. More than this can only be passes that undo each
  // other, which must be an error and not an endless loop.
  constexpr int kMaxRounds = 100;
  MMDEPLOY_TRY(const std::vector<Pass> passes, Selected(options));
  std::vector<PassReport> reports;
  for (const Pass& pass : passes) reports.push_back({pass.name, 0});
  for (int round = 0; round < kMaxRounds; ++round) {
    MMDEPLOY_TRYV(InferTypes(model));
    int64_t changes = 0;
    for (size_t i = 0; i < passes.size(); ++i) {
      auto changed = passes[i].run(model);
      if (!changed) return MakeError(changed.error().In(passes[i].name));
      reports[i].changes += *changed;
      changes += *changed;
    }
    if (changes == 0) return reports;
  }
  return MakeError(Code::kFail, "the passes still change the model after {} rounds; skip some",
                   kMaxRounds);
}

}  // namespace mmdeploy::graph
