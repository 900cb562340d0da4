#include "mmdeploy/cli/convert.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "mmdeploy/cli/command.h"

namespace mmdeploy::cli {

namespace {

Result<int> RunConvert(const ConvertArgs& args) {
  MMDEPLOY_TRY(const auto files, ConvertModel(args));
  const bool to_stdout = std::find(files.begin(), files.end(), kStandardOutput) != files.end();
  PrintBeside(to_stdout ? std::string(kStandardOutput) : "", "{} written\n",
              fmt::join(files, " and "));
  return 0;
}

}  // namespace

void AddConvert(CLI::App* app, int* status) {
  auto args = std::make_shared<ConvertArgs>();
  app->add_option("model", args->model, "ONNX file")->required();
  app->add_option("outputs", args->outputs,
                  "files to write (out.param out.bin), or what their names begin with (out)")
      ->required()
      ->expected(1, 4);
  app->add_option("--engine", args->engine, "what to convert to, see below")->capture_default_str();
  app->add_option("--shape", args->shapes,
                  "shape of an input whose sizes are open, e.g. input:1,3,224,224; may be repeated")
      ->allow_extra_args(false);
  app->add_option("--min-shape", args->min_shapes, "with --max-shape: the input stays open between")
      ->allow_extra_args(false);
  app->add_option("--max-shape", args->max_shapes, "see --min-shape")->allow_extra_args(false);
  app->add_option("--precision", args->precision, "FP32, or FP16: weights of half the size")
      ->capture_default_str();
  app->add_flag_callback(
      "--fp16", [args] { args->precision = "FP16"; }, "as --precision FP16");
  app->add_option("--option", args->options, "--option=key=value for the engine; may be repeated")
      ->allow_extra_args(false);
  app->footer([] {
    return fmt::format("Engines: {}. Their files and options: docs/en/convert.md.",
                       fmt::join(ConvertingEngines(), ", "));
  });
  OnCall(app, args, RunConvert, status);
}

}  // namespace mmdeploy::cli
