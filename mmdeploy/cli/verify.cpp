#include "mmdeploy/verify/verify.h"

#include <cstdio>

#include "mmdeploy/cli/command.h"

namespace mmdeploy::cli {
namespace {

void PrintStages(const std::string& title, const std::vector<Comparison>& comparisons) {
  Print("{}\n", title);
  for (const auto& c : comparisons) {
    Print("  {:<12} {:<10} {:<6} max {:<9.3g} mean {:<9.3g} {}{}\n", c.stage, c.what,
          c.passed ? "ok" : "DIFFERS", c.max_difference, c.mean_difference,
          c.max_difference == 0 ? "bit-equal"
          : c.where.empty()     ? ""
                                : "at " + c.where,
          c.replayed ? "" : "  (input not stored completely)");
  }
}

Json ToJson(const std::vector<Comparison>& comparisons) {
  Json list = Json::array();
  for (const auto& c : comparisons) {
    list.push_back({{"stage", c.stage},
                    {"what", c.what},
                    {"passed", c.passed},
                    {"max_difference", c.max_difference},
                    {"mean_difference", c.mean_difference},
                    {"where", c.where},
                    {"message", c.message}});
  }
  return list;
}

Result<int> RunVerify(const ModelArgs& args, bool json) {
  MMDEPLOY_TRY(const auto model, args.LoadModel());
  MMDEPLOY_TRY(const auto pipeline, args.LoadPipeline(model));
  MMDEPLOY_TRY(const VerifyReport report, Verify(*model, *pipeline));
  const Comparison* failure = report.first_failure();
  if (json) {
    const Json all = {{"reference", report.reference},
                      {"passed", report.passed()},
                      {"stages", ToJson(report.stages)},
                      {"chain", ToJson(report.chain)}};
    Print("{}\n", DumpJson(all, 2));
    return report.passed() ? 0 : 1;
  }
  Print("reference: {}\n", report.reference);
  PrintStages("each stage from its golden input", report.stages);
  PrintStages("the whole chain from the image", report.chain);
  if (failure) {
    Print("FAILED: the first stage that differs is '{}', {} '{}': {}\n", failure->stage,
          failure->what == "result" ? "its" : "tensor", failure->what, failure->message);
    return 1;
  }
  Print("passed: the model computes what it computed when it was converted\n");
  return 0;
}

}  // namespace

void AddVerify(CLI::App* app, int* status) {
  auto args = std::make_shared<ModelArgs>();
  auto json = std::make_shared<bool>(false);
  args->Add(app);
  app->add_flag("--json", *json, "print the report as JSON");
  app->callback([args, json, status] {
    *status = args->isolated.Run(args->path, [&] {
      const auto done = RunVerify(*args, *json);
      return done ? *done : args->isolated.Report(done.error());
    });
  });
}

}  // namespace mmdeploy::cli
