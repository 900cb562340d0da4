#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// A shape -> a blob of that shape, filled with one value. Parameters: 0 value.
class ConstantOfShape : public ::ncnn::Layer {
 public:
  ConstantOfShape() { one_blob_only = true; }

  int load_param(const ::ncnn::ParamDict& params) override {
    value_ = params.get(0, 0.f);
    return 0;
  }

  int forward(const ::ncnn::Mat& bottom, ::ncnn::Mat& top,
              const ::ncnn::Option& option) const override {
    constexpr double kMaxElements = 1 << 28;
    const auto shape = ReadShape(bottom);
    if (!shape || shape->size() > 4) return -1;
    double count = 1;
    for (const int dim : *shape) count *= dim;
    if (count > kMaxElements) return -100;
    Dense dense{*shape, {}};
    dense.values.assign(dense.Count(), value_);
    return FromDense(dense, option.blob_allocator, &top);
  }

 private:
  float value_ = 0;
};

}  // namespace

::ncnn::Layer* ConstantOfShape_layer_creator(void*) { return new ConstantOfShape; }

}  // namespace mmdeploy::ncnn
