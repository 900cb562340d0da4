#include <cmath>

#include "mmdeploy/backend/ncnn/layers/broadcast.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// a, b -> a to the power of b, as in C: right for bases of 0 and below, whose logarithm ncnn's own
// layer takes; both are broadcast.
class Pow : public ::ncnn::Layer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const auto result = Broadcast(ToDense(bottoms[0]), ToDense(bottoms[1]),
                                  [](float a, float b) { return std::pow(a, b); });
    return result ? FromDense(*result, option.blob_allocator, &tops[0]) : -1;
  }
};

}  // namespace

::ncnn::Layer* Pow_layer_creator(void*) { return new Pow; }

}  // namespace mmdeploy::ncnn
