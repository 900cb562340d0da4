#include "mmdeploy/cli/graph/graph.h"

#include <charconv>
#include <cstdio>

#include "mmdeploy/base/file.h"
#include "mmdeploy/graph/infer.h"
#include "mmdeploy/graph/load.h"
#include "mmdeploy/graph/stats.h"

namespace mmdeploy::cli {

namespace {

// "input:1,3,224,224"; the name may have colons of its own.
Result<void> BindShape(graph::Model* model, const std::string& text) {
  const size_t colon = text.rfind(':');
  const auto wrong = [&] {
    return MakeError(Code::kInvalidArgument,
                     "--shape is '{}', expected name:size,size,... as in input:1,3,224,224", text);
  };
  if (colon == text.npos || colon == 0) return wrong();
  std::vector<int64_t> dims;
  const char* at = text.data() + colon + 1;
  const char* end = text.data() + text.size();
  while (at < end) {
    const auto [next, error] = std::from_chars(at, end, dims.emplace_back());
    if (error != std::errc() || (next != end && *next != ',')) return wrong();
    at = next + 1;
  }
  return BindInputShape(model, text.substr(0, colon), dims);
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
  if (!file.empty()) return WriteFile(file, text);
  fmt::print("{}{}", text, text.empty() || text.back() == '\n' ? "" : "\n");
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
