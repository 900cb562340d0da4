#include "mmdeploy/cli/graph/graph.h"
#include "mmdeploy/graph/stats.h"
#include "mmdeploy/graph/svg.h"
#include "mmdeploy/graph/text.h"

namespace mmdeploy::cli {
namespace {

enum class Format { kTable, kText, kJson, kSvg };

struct PrintArgs {
  GraphArgs graph;
  Format format = Format::kTable;
  std::string output;
  bool full = false;
};

Result<std::string> Render(const PrintArgs& args, const graph::Model& model) {
  switch (args.format) {
    case Format::kText: {
      graph::PrintOptions options;
      options.value_types = true;
      if (!args.full) options.max_elements = 8;
      return graph::PrintText(model, options);
    }
    case Format::kJson:
      return DumpJson(ToJson(ComputeStats(model)), 2);
    case Format::kSvg:
      return graph::ToSvg(model);
    default:
      return NodeTable(ComputeStats(model));
  }
}

Result<int> RunPrint(const PrintArgs& args) {
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  MMDEPLOY_TRY(const std::string text, Render(args, *model));
  MMDEPLOY_TRYV(Show(text, args.output));
  return 0;
}

}  // namespace

void AddGraphPrint(CLI::App* app, int* status) {
  auto args = std::make_shared<PrintArgs>();
  args->graph.Add(app);
  app->add_option("--format", args->format,
                  "table: a line per node; text: ONNX text; json; svg: a picture")
      ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{{"table", Format::kTable},
                                                                        {"text", Format::kText},
                                                                        {"json", Format::kJson},
                                                                        {"svg", Format::kSvg}}))
      ->default_str("table");
  app->add_option("-o,--output", args->output, "file to write; default: print");
  app->add_flag("--full", args->full,
                "text: all elements of constants, so that it can be read "
                "again");
  OnCall(app, args, RunPrint, status);
}

}  // namespace mmdeploy::cli
