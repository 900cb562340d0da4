#include <ncnn/net.h>

#include "benchmarks/bare_engine.h"
#include "mmdeploy/backend/ncnn/net.h"
#include "mmdeploy/backend/ncnn/param_file.h"

namespace mmdeploy::benchmarks {
namespace {

void Must(bool ok, const char* what) {
  if (ok) return;
  std::fprintf(stderr, "error: ncnn cannot %s\n", what);
  std::exit(2);
}

// A network without our guards around its layers, in the precision of ours.
std::shared_ptr<::ncnn::Net> LoadBare(const ncnn::NcnnNet& ours, const NetFiles& files) {
  auto net = std::make_shared<::ncnn::Net>();
  net->opt = ours.net().opt;
  const Bytes text = files.net.Content().value();
  const auto file = ncnn::ParseParam({text->data(), text->size()}, files.net.name).value();
  // By numbers, as in ours: blobs are asked for by number.
  const std::string param = ncnn::PrintForNcnn(file);
  const Bytes weights = files.weights.Content().value();
  Must(net->load_param_mem(param.c_str()) == 0, "load the network");
  // It reads from this memory as long as it lives.
  const auto held = std::make_shared<std::vector<char>>(*weights);
  held->resize((held->size() / sizeof(float) + 1) * sizeof(float));
  net->load_model(reinterpret_cast<const unsigned char*>(held->data()));
  return {net.get(), [net, held](::ncnn::Net*) {}};
}

std::function<void()> Bind(const std::shared_ptr<const Net>& net, const NetFiles& files,
                           const Tensor& input) {
  const auto& ours = dynamic_cast<const ncnn::NcnnNet&>(*net);
  const auto bare = LoadBare(ours, files);
  const Shape& shape = input.shape();
  auto* values = const_cast<void*>(static_cast<const void*>(input.raw()));
  // Rows of channels, which ncnn aligns, are copied once.
  ::ncnn::Mat blob = shape.size() == 4
                         ? ::ncnn::Mat(static_cast<int>(shape[3]), static_cast<int>(shape[2]),
                                       static_cast<int>(shape[1]), values)
                         : ::ncnn::Mat(static_cast<int>(shape[1]), values);
  blob = blob.clone();
  return [bare, blob, in = ours.input_blobs()[0], out = ours.output_blobs()[0]] {
    ::ncnn::Extractor extractor = bare->create_extractor();
    ::ncnn::Mat result;
    Must(extractor.input(in, blob) == 0 && extractor.extract(out, result) == 0, "run");
  };
}

NetFiles Tiny() {
  const std::string param = "7767517\n2 2\nInput x 0 1 x 0=3\nBinaryOp y 1 1 x y 0=2 1=1 2=2.0\n";
  NetFiles files = InMemory(std::make_shared<const std::vector<char>>(param.begin(), param.end()));
  files.weights = {"tiny.bin", "", std::make_shared<const std::vector<char>>()};
  return files;
}

}  // namespace

BareEngine BareNcnn() { return {"ncnn", ncnn::NcnnNet::Load, Bind, Tiny}; }

}  // namespace mmdeploy::benchmarks
