#include <cmath>

#include "mmdeploy/backend/ncnn/layers/broadcast.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// a, b -> the quotient of integers, without its fraction as ONNX has it; both are broadcast. Of a
// division by 0, which ONNX does not define, 0.
class IntegerDiv : public ::ncnn::Layer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const auto result = Broadcast(ToDense(bottoms[0]), ToDense(bottoms[1]), [](float a, float b) {
      return b == 0 ? 0.f : (a - std::fmod(a, b)) / b;
    });
    return result ? FromDense(*result, option.blob_allocator, &tops[0]) : -1;
  }
};

}  // namespace

::ncnn::Layer* IntegerDiv_layer_creator(void*) { return new IntegerDiv; }

}  // namespace mmdeploy::ncnn
