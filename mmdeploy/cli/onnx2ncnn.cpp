// mmdeploy_onnx2ncnn <onnx> [<param> <bin>]: `mmdeploy convert --engine ncnn` as a program of its
// own, with the arguments that its users know.
#include <CLI/CLI.hpp>
#include <exception>

#include "mmdeploy/cli/convert.h"
#include "mmdeploy/cli/print.h"

namespace mmdeploy::cli {
namespace {

// The exit status that this program always had for errors.
constexpr int kFailure = 255;

int Main(int argc, char** argv) {
  CLI::App app("Converts an ONNX model to ncnn");
  ConvertArgs args;
  std::string param = "ncnn.param", bin = "ncnn.bin";
  app.add_option("onnx", args.model, "ONNX file")->required();
  auto* first = app.add_option("param", param, "network to write")->capture_default_str();
  auto* second = app.add_option("bin", bin, "weights to write")->capture_default_str();
  first->needs(second);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? CloseOutput(0) : kFailure;
  }
  args.outputs = {param, bin};
  const auto files = ConvertModel(args);
  if (!files) {
    PrintError(files.error().message());
    return kFailure;
  }
  PrintTo(stderr, fmt::format("{} and {} written\n", param, bin));
  return 0;
}

}  // namespace
}  // namespace mmdeploy::cli

int main(int argc, char** argv) try {
  return mmdeploy::cli::Main(argc, argv);
} catch (const std::exception& e) {
  mmdeploy::cli::PrintError(e.what());
  return 255;
}
