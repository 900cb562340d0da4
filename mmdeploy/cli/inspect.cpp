#include <cstdio>
#include <filesystem>

#include "mmdeploy/backend/registry.h"
#include "mmdeploy/backend/session.h"
#include "mmdeploy/cli/command.h"
#include "mmdeploy/pipeline/load_net.h"

namespace mmdeploy::cli {
namespace fs = std::filesystem;
namespace {

Json ToJson(const std::vector<TensorInfo>& infos) {
  Json list = Json::array();
  for (const auto& info : infos) {
    list.push_back({{"name", info.name}, {"type", Describe(info)}});
  }
  return list;
}

// Loads one network alone, so that it can be shown whatever the pipeline is.
Result<Json> InspectNet(const Model& model, const NetSpec& spec, const NetOptions& options) {
  MMDEPLOY_TRY(const Engine* engine, FindEngine(spec.backend));
  MMDEPLOY_TRY(const auto net, LoadNet(model, spec, options));
  return Json{{"name", spec.name},
              {"engine", fmt::format("{} {}", spec.backend, engine->version())},
              {"file", spec.net},
              {"precision", net->precision()},
              {"inputs", ToJson(net->inputs())},
              {"outputs", ToJson(net->outputs())}};
}

Result<Json> InspectModel(const ModelArgs& args) {
  MMDEPLOY_TRY(const auto model, args.LoadModel());
  Json report = {{"model", model->origin()},
                 {"version", model->deploy().version_text},
                 {"task", model->deploy().task}};
  MMDEPLOY_TRY(const auto options, args.ReadNetOptions());
  for (const auto& spec : model->deploy().models) {
    MMDEPLOY_TRY(auto net, InspectNet(*model, spec, options));
    report["nets"].push_back(std::move(net));
  }
  MMDEPLOY_TRY(const auto pipeline, args.LoadPipeline(model));
  for (const auto& step : pipeline->steps()) report["steps"].push_back(step.where);
  report["unknown_keys"] = model->notes().unknown_keys;
  for (const auto& key : pipeline->notes().unknown_keys) report["unknown_keys"].push_back(key);
  report["warnings"] = pipeline->notes().warnings;
  report["golden"] = model->ReadFile("golden/golden.json").has_value();
  return report;
}

Result<Json> InspectOnnx(const ModelArgs& args) {
  const std::string& path = args.path;
  args.isolated.OpensWith("onnxruntime");
  MMDEPLOY_TRY(const Engine* engine, FindEngine("onnxruntime"));
  NetFiles files;
  files.net.name = path;
  files.net.path = path;
  MMDEPLOY_TRY(const auto net, engine->Load(files, {}));
  return Json{
      {"file", path}, {"inputs", ToJson(net->inputs())}, {"outputs", ToJson(net->outputs())}};
}

void PrintTensors(const char* title, const Json& tensors) {
  for (const auto& tensor : tensors) {
    Print("    {:<7} {:<16} {}\n", title, tensor["name"].get<std::string>(),
          tensor["type"].get<std::string>());
  }
}

void PrintNet(const Json& net) {
  if (net.contains("name")) {
    const auto precision = net["precision"].get<std::string>();
    Print("  net '{}': {} on {}{}\n", net["name"].get<std::string>(),
          net["file"].get<std::string>(), net["engine"].get<std::string>(),
          precision.empty() ? "" : ", calculates in " + precision);
  }
  PrintTensors("input", net["inputs"]);
  PrintTensors("output", net["outputs"]);
}

void PrintModel(const Json& report) {
  Print("model {}: format {}, task {}\n", report["model"].get<std::string>(),
        report["version"].get<std::string>(), report["task"].get<std::string>());
  for (const auto& net : report.value("nets", Json::array())) PrintNet(net);
  for (const auto& step : report.value("steps", Json::array())) {
    Print("  step {}\n", step.get<std::string>());
  }
  Print("  golden data: {}\n", report["golden"].get<bool>() ? "yes" : "no");
  for (const auto& key : report["unknown_keys"]) {
    Print("  unknown key, not used: {}\n", key.get<std::string>());
  }
  for (const auto& warning : report["warnings"]) {
    Print("  warning: {}\n", warning.get<std::string>());
  }
}

Result<int> Inspect(const ModelArgs& args, bool json) {
  const bool onnx = fs::path(args.path).extension() == ".onnx";
  MMDEPLOY_TRY(const Json report, onnx ? InspectOnnx(args) : InspectModel(args));
  if (json) {
    Print("{}\n", DumpJson(report, 2));
  } else if (onnx) {
    Print("{}\n", args.path);
    PrintNet(report);
  } else {
    PrintModel(report);
  }
  return 0;
}

}  // namespace

void AddInspect(CLI::App* app, int* status) {
  auto args = std::make_shared<ModelArgs>();
  auto json = std::make_shared<bool>(false);
  args->Add(app);
  app->get_option("model")->description("SDK model (folder or zip), or an .onnx file");
  app->add_flag("--json", *json, "print as JSON");
  app->callback([args, json, status] {
    *status = args->isolated.Run(args->path, [&] {
      const auto done = Inspect(*args, *json);
      return done ? *done : Report(done.error());
    });
  });
}

}  // namespace mmdeploy::cli
