#include <fmt/format.h>

#include <cstdio>
#include <string>

#include "mmdeploy/backend/ncnn/convert/convert.h"
#include "mmdeploy/base/file.h"
#include "mmdeploy/graph/load.h"

// mmdeploy_onnx2ncnn <onnx> [<param> <bin>]: the converter as a program of its own.

namespace mmdeploy::ncnn_convert {
namespace {

Result<void> Run(const std::string& onnx, const std::string& param, const std::string& bin) {
  MMDEPLOY_TRY(const auto model, graph::LoadModel(onnx));
  const Result<NcnnModel> converted = ConvertToNcnn(model.get());
  if (!converted) return MakeError(converted.error().In(onnx));
  MMDEPLOY_TRYV(WriteFile(param, converted->param));
  return WriteFile(bin, converted->bin);
}

int Main(int argc, char** argv) {
  if (argc != 2 && argc != 4) {
    fmt::print(stderr, "usage: {} <onnx> [<param> <bin>]\n", argv[0]);
    return 255;
  }
  const std::string param = argc == 4 ? argv[2] : "ncnn.param";
  const std::string bin = argc == 4 ? argv[3] : "ncnn.bin";
  const Result<void> done = Run(argv[1], param, bin);
  if (!done) {
    fmt::print(stderr, "error: {}\n", done.error().message());
    return 255;
  }
  fmt::print(stderr, "{} and {} written\n", param, bin);
  return 0;
}

}  // namespace
}  // namespace mmdeploy::ncnn_convert

int main(int argc, char** argv) { return mmdeploy::ncnn_convert::Main(argc, argv); }
