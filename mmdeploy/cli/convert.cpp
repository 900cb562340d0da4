#include "mmdeploy/backend/ncnn/convert/convert.h"

#include "mmdeploy/base/file.h"
#include "mmdeploy/cli/graph/graph.h"

namespace mmdeploy::cli {

namespace {

struct ConvertArgs {
  GraphArgs graph;
  std::string engine = "ncnn";
  std::string param, bin;
  ncnn_convert::ConvertOptions options;
};

Result<int> RunConvert(const ConvertArgs& args) {
  MMDEPLOY_TRY(const auto model, args.graph.Load());
  const auto converted = ncnn_convert::ConvertToNcnn(model.get(), args.options);
  if (!converted) return MakeError(converted.error().In(args.graph.path));
  MMDEPLOY_TRYV(WriteFile(args.param, converted->param));
  MMDEPLOY_TRYV(WriteFile(args.bin, converted->bin));
  fmt::print("{} and {} written\n", args.param, args.bin);
  return 0;
}

}  // namespace

void AddConvert(CLI::App* app, int* status) {
  auto args = std::make_shared<ConvertArgs>();
  args->graph.Add(app);
  app->add_option("param", args->param, "network to write")->required();
  app->add_option("bin", args->bin, "weights to write")->required();
  app->add_option("--engine", args->engine, "what to convert to")
      ->check(CLI::IsMember({"ncnn"}))
      ->capture_default_str();
  app->add_flag("--fp16", args->options.fp16_storage, "weights as float16: half the file");
  OnCall(app, args, RunConvert, status);
}

}  // namespace mmdeploy::cli
