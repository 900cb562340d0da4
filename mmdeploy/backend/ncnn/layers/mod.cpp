#include <cmath>

#include "mmdeploy/backend/ncnn/layers/broadcast.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// a, b -> the exact remainder of a / b, which ncnn's own layer computes from a rounded quotient;
// both are broadcast. Parameters: 0 fmod (1: it has the sign of a, as in C; 0: that of b, as for
// the integers of ONNX).
class Mod : public ::ncnn::Layer {
 public:
  int load_param(const ::ncnn::ParamDict& params) override {
    fmod_ = params.get(0, 1) != 0;
    return 0;
  }

  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const auto result =
        Broadcast(ToDense(bottoms[0]), ToDense(bottoms[1]), [this](float a, float b) {
          const float rest = std::fmod(a, b);
          return !fmod_ && rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
        });
    return result ? FromDense(*result, option.blob_allocator, &tops[0]) : -1;
  }

 private:
  bool fmod_ = true;
};

}  // namespace

::ncnn::Layer* Mod_layer_creator(void*) { return new Mod; }

}  // namespace mmdeploy::ncnn
