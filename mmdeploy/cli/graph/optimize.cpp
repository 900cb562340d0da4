#include <fmt/ranges.h>

#include <chrono>

#include "mmdeploy/cli/graph/graph.h"
#include "mmdeploy/graph/passes/pass.h"
#include "mmdeploy/graph/save.h"

namespace mmdeploy::cli {
namespace {

struct OptimizeArgs {
  GraphArgs graph;
  std::string output;
  graph::OptimizeOptions options;
  graph::SaveOptions save;
};

Result<int> RunOptimize(const OptimizeArgs& args) {
  const auto start = std::chrono::steady_clock::now();
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  const size_t before = CountNodes(*model->graph());
  MMDEPLOY_TRY(const auto reports, Optimize(model.get(), args.options));
  MMDEPLOY_TRYV(SaveModel(*model, args.output, args.save));
  for (const graph::PassReport& report : reports) {
    if (report.changes) PrintBeside(args.output, "  {:>6}  {}\n", report.changes, report.name);
  }
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  PrintBeside(args.output, "{}: {} nodes, before {} ({:.2f} s)\n", args.output,
              CountNodes(*model->graph()), before, seconds.count());
  return 0;
}

// Answers the list of passes for `--list`, before anything is required.
void PrintPasses(int64_t) {
  for (const graph::Pass& pass : graph::Passes()) {
    Print("{:<34} {}\n", pass.name, pass.summary);
  }
  throw CLI::Success();
}

}  // namespace

void AddGraphOptimize(CLI::App* app, int* status) {
  auto args = std::make_shared<OptimizeArgs>();
  args->graph.Add(app);
  app->add_option("output", args->output, "ONNX file to write")->required();
  app->add_option("--only", args->options.only, "run these passes only")->delimiter(',');
  app->add_option("--skip", args->options.skip, "leave these passes out")->delimiter(',');
  app->add_flag("--external-data", args->save.external_data, "weights in a file beside the model");
  app->add_flag_function("--list", PrintPasses, "show the passes")->trigger_on_parse();
  OnCall(app, args, RunOptimize, status);
}

}  // namespace mmdeploy::cli
