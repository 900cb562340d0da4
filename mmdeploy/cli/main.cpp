#include <cstdio>
#include <cstdlib>
#include <exception>
#include <set>

#include "mmdeploy/cli/command.h"

namespace mmdeploy::cli {

void ModelArgs::Add(CLI::App* app) {
  app->add_option("model", path, "SDK model: a folder with deploy.json, or a zip of it")
      ->required();
  app->add_option("--device", device, "cpu, cuda or cuda:<index>")->capture_default_str();
  app->add_option("--num-threads", num_threads, "threads inside one call; 0: all processors")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app->add_flag("--strict", strict, "unknown keys are errors");
  app->add_flag("--low-latency", low_latency,
                "let idle threads of the engine spin, for one caller that has the machine");
  app->add_flag("--trust", trust, "also open formats that carry code (TorchScript)");
  isolated.Add(app);
}

Result<std::shared_ptr<const Model>> ModelArgs::LoadModel() const {
  MMDEPLOY_TRY(auto model, Model::FromPath(path, strict));
  std::set<std::string> engines;
  for (const auto& net : model->deploy().models) engines.insert(net.backend);
  isolated.OpensWith(fmt::format("{}", fmt::join(engines, ", ")));
  return model;
}

Result<NetOptions> ModelArgs::ReadNetOptions() const {
  NetOptions options;
  MMDEPLOY_TRY(options.device, Device::Parse(device));
  options.num_threads = num_threads;
  options.trusted = trust;
  options.low_latency = low_latency;
  return options;
}

Result<std::shared_ptr<const Pipeline>> ModelArgs::LoadPipeline(
    std::shared_ptr<const Model> model) const {
  PipelineOptions options;
  MMDEPLOY_TRY(options.net, ReadNetOptions());
  return Pipeline::Load(std::move(model), options);
}

int Report(const Error& error) { return PrintError(error.message()); }

}  // namespace mmdeploy::cli

int main(int argc, char** argv) try {
  using namespace mmdeploy::cli;
  // Idle threads of OpenMP (LibTorch) would spin, which costs seconds on a busy machine. It reads
  // this when it is loaded, which is later.
  ::setenv("OMP_WAIT_POLICY", "PASSIVE", 0);
  CLI::App app("Runs, checks and shows models that mmdeploy has converted");
  app.set_version_flag("--version", "mmdeploy " MMDEPLOY_VERSION);
  app.require_subcommand(1);
  int status = 0;
  AddInfer(app.add_subcommand("infer", "Run a model on images"), &status);
  AddVerify(app.add_subcommand("verify", "Replay a model's golden data stage by stage"), &status);
  AddInspect(app.add_subcommand("inspect", "Show what is in a model or an ONNX file"), &status);
  AddDoctor(app.add_subcommand("doctor", "Show engines, versions and what is missing"), &status);
  AddSchema(app.add_subcommand("schema", "Print the keys of deploy.json and pipeline.json as JSON"),
            &status);
  AddGraph(app.add_subcommand("graph", "Show, cut and optimise ONNX models"), &status);
  AddConvert(app.add_subcommand("convert", "Convert an ONNX model to the files of an engine"),
             &status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {  // --help too
    return CloseOutput(app.exit(e));
  }
  return CloseOutput(status);
} catch (const std::exception& e) {
  // Out of memory, as good as always.
  return mmdeploy::cli::PrintError(e.what());
}
