#include "mmdeploy/graph/stats.h"

#include "mmdeploy/cli/graph/graph.h"

namespace mmdeploy::cli {
namespace {

struct StatsArgs {
  GraphArgs graph;
  bool json = false;
};

Result<int> PrintStats(const StatsArgs& args) {
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  const graph::Stats stats = ComputeStats(*model);
  MMDEPLOY_TRYV(Show(args.json ? DumpJson(ToJson(stats), 2) : ToText(stats), ""));
  return 0;
}

}  // namespace

void AddGraphStats(CLI::App* app, int* status) {
  auto args = std::make_shared<StatsArgs>();
  args->graph.Add(app);
  app->add_flag("--json", args->json, "print as JSON");
  OnCall(app, args, PrintStats, status);
}

}  // namespace mmdeploy::cli
