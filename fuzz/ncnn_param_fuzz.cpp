#include <cstring>

#include "mmdeploy/backend/ncnn/net.h"
#include "mmdeploy/backend/session.h"

// A .param file, a zero byte, its .bin file: read, loaded, run once with small inputs.
namespace {

using namespace mmdeploy;

constexpr int64_t kExtent = 8;             // of open dimensions
constexpr int64_t kMaxElements = 1 << 20;  // of an input that a file asks for

Bytes ToBytes(const uint8_t* data, size_t size) {
  return std::make_shared<const std::vector<char>>(data, data + size);
}

void Run(const std::shared_ptr<const Net>& net) {
  std::vector<Tensor> inputs;
  for (const auto& info : net->inputs()) {
    Shape shape = info.shape;
    for (size_t i = 0; i < shape.size(); ++i) {
      if (shape[i] < 0) shape[i] = i == 0 ? 1 : kExtent;
    }
    if (shape.num_elements().value_or(kMaxElements + 1) > kMaxElements) return;
    auto tensor = Tensor::Allocate(DataType::kFloat32, shape);
    if (!tensor) return;
    std::memset(tensor->raw(), 0, tensor->num_bytes());
    inputs.push_back(std::move(*tensor));
  }
  (void)Session(net, "net").Run(inputs);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const auto* end = static_cast<const uint8_t*>(std::memchr(data, 0, size));
  const size_t length = end ? static_cast<size_t>(end - data) : size;
  const size_t weights = end ? length + 1 : size;
  NetOptions options;
  options.num_threads = 1;
  const auto net =
      mmdeploy::ncnn::NcnnNet::Load({{"fuzz.param", "", ToBytes(data, length)},
                                     {"fuzz.bin", "", ToBytes(data + weights, size - weights)}},
                                    options);
  if (net) Run(*net);
  return 0;
}
