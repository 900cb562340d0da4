#include "mmdeploy/graph/diff.h"

#include "mmdeploy/cli/graph/graph.h"

namespace mmdeploy::cli {
namespace {

struct DiffArgs {
  GraphArgs before, after;
  bool json = false;
};

// The exit status tells whether they differ, as diff's does.
Result<int> PrintDiff(const DiffArgs& args) {
  MMDEPLOY_TRY(const auto before, args.before.Load());
  MMDEPLOY_TRY(const auto after, args.after.Load());
  const graph::Difference difference = Compare(*before, *after);
  MMDEPLOY_TRYV(Show(args.json ? DumpJson(ToJson(difference), 2) : ToText(difference), ""));
  return difference.empty() ? 0 : 1;
}

}  // namespace

void AddGraphDiff(CLI::App* app, int* status) {
  auto args = std::make_shared<DiffArgs>();
  app->add_option("before", args->before.path, "ONNX file")->required();
  app->add_option("after", args->after.path, "ONNX file")->required();
  app->add_flag("--json", args->json, "print as JSON");
  app->footer("Exit status: 0 the models compute the same, 1 they differ, 2 an error.");
  OnCall(app, args, PrintDiff, status);
}

}  // namespace mmdeploy::cli
