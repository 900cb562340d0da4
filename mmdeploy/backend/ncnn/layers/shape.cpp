#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Any blob -> its dimensions, outermost first, behind a batch of 1.
class Shape : public ::ncnn::Layer {
 public:
  Shape() { one_blob_only = true; }

  int forward(const ::ncnn::Mat& bottom, ::ncnn::Mat& top,
              const ::ncnn::Option& option) const override {
    Dense shape{{bottom.dims + 1}, {1}};
    for (const int dim : ToDense(bottom).dims) shape.values.push_back(static_cast<float>(dim));
    return FromDense(shape, option.blob_allocator, &top);
  }
};

}  // namespace

::ncnn::Layer* Shape_layer_creator(void*) { return new Shape; }

}  // namespace mmdeploy::ncnn
