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

Result<void> AddModel(const Model& model, const NetOptions& options, Json* report) {
  (*report)["model"] = model.origin();
  (*report)["version"] = model.deploy().version_text;
  (*report)["task"] = model.deploy().task;
  for (const auto& spec : model.deploy().models) {
    MMDEPLOY_TRY(auto net, InspectNet(model, spec, options));
    (*report)["nets"].push_back(std::move(net));
  }
  return {};
}

// The steps of a pipeline, and what runs inside of them: `inside` has an entry for each step that
// runs a pipeline, with the model that this is of unless it is that of the pipeline around it.
Result<void> AddSteps(const Pipeline& pipeline, const NetOptions& options, Json* report) {
  for (const auto& step : pipeline.steps()) {
    (*report)["steps"].push_back(step.where);
    const Pipeline* inner = step.module->inner();
    if (inner == nullptr) continue;
    Json part = {{"step", step.where}};
    if (inner->model() && inner->model() != pipeline.model()) {
      MMDEPLOY_TRYV(AddModel(*inner->model(), options, &part));
    }
    MMDEPLOY_TRYV(AddSteps(*inner, options, &part));
    (*report)["inside"].push_back(std::move(part));
  }
  return {};
}

Result<Json> InspectModel(const ModelArgs& args) {
  MMDEPLOY_TRY(const auto model, args.LoadModel());
  MMDEPLOY_TRY(const auto options, args.ReadNetOptions());
  Json report;
  MMDEPLOY_TRYV(AddModel(*model, options, &report));
  MMDEPLOY_TRY(const auto pipeline, args.LoadPipeline(model));
  MMDEPLOY_TRYV(AddSteps(*pipeline, options, &report));
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

void PrintTensors(const std::string& indent, const char* title, const Json& tensors) {
  for (const auto& tensor : tensors) {
    Print("{}  {:<7} {:<16} {}\n", indent, title, tensor["name"].get<std::string>(),
          tensor["type"].get<std::string>());
  }
}

void PrintNet(const std::string& indent, const Json& net) {
  if (net.contains("name")) {
    const auto precision = net["precision"].get<std::string>();
    Print("{}net '{}': {} on {}{}\n", indent, net["name"].get<std::string>(),
          net["file"].get<std::string>(), net["engine"].get<std::string>(),
          precision.empty() ? "" : ", calculates in " + precision);
  }
  PrintTensors(indent, "input", net["inputs"]);
  PrintTensors(indent, "output", net["outputs"]);
}

// What is known of a model, or of a pipeline inside of one, further in for what is inside of it.
void PrintPart(const std::string& indent, const Json& part) {
  if (part.contains("model")) {
    Print("{}model {}: format {}, task {}\n", indent, part["model"].get<std::string>(),
          part["version"].get<std::string>(), part["task"].get<std::string>());
  }
  const std::string deeper = indent + "  ";
  for (const auto& net : part.value("nets", Json::array())) PrintNet(deeper, net);
  const Json inside = part.value("inside", Json::array());
  size_t next = 0;
  for (const auto& step : part.value("steps", Json::array())) {
    Print("{}step {}\n", deeper, step.get<std::string>());
    const bool has_inner = next < inside.size() && inside[next]["step"] == step;
    if (has_inner) PrintPart(deeper + "  ", inside[next++]);
  }
}

void PrintModel(const Json& report) {
  PrintPart("", report);
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
    PrintNet("  ", report);
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
      return done ? *done : args->isolated.Report(done.error());
    });
  });
}

}  // namespace mmdeploy::cli
