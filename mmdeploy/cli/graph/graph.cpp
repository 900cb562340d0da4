#include "mmdeploy/cli/graph/graph.h"

#include "mmdeploy/base/file.h"
#include "mmdeploy/cli/convert.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/stats.h"

namespace mmdeploy::cli {

namespace {

Result<void> BindShape(graph::Model* model, const std::string& text) {
  MMDEPLOY_TRY(const auto shape, ParseShape("--shape", text));
  return BindInputShape(model, shape.first, shape.second);
}

}  // namespace

void GraphArgs::Add(CLI::App* app) {
  app->add_option("model", path, "ONNX file")->required();
  app->add_option("--shape", shapes, "shape of an input, e.g. input:1,3,224,224; may be repeated")
      ->allow_extra_args(false);
}

Result<std::unique_ptr<graph::Model>> GraphArgs::Load() const {
  MMDEPLOY_TRY(auto model, graph::LoadModel(path));
  for (const std::string& shape : shapes) {
    MMDEPLOY_TRYV(BindShape(model.get(), shape));
  }
  Result<void> inferred = graph::InferTypes(model.get());
  if (!inferred) return MakeError(inferred.error().In(path));
  return model;
}

Result<void> Show(const std::string& text, const std::string& file) {
  if (!file.empty() && file != kStandardOutput) return WriteFile(file, text);
  Print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
  return {};
}

void AddGraph(CLI::App* app, int* status) {
  app->require_subcommand(1);
  AddGraphPrint(app->add_subcommand("print", "Show a graph as text, table, JSON or picture"),
                status);
  AddGraphStats(app->add_subcommand("stats", "Count nodes, parameters, operations and memory"),
                status);
  AddGraphDiff(app->add_subcommand("diff", "Show what differs between two models"), status);
  AddGraphExtract(app->add_subcommand("extract", "Cut a part out of a model"), status);
  AddGraphSetOutput(app->add_subcommand("set-output", "Choose the outputs of a model"), status);
  AddGraphOptimize(app->add_subcommand("optimize", "Simplify a model without changing results"),
                   status);
}

}  // namespace mmdeploy::cli
