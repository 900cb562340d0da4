#include "mmdeploy/backend/ncnn/layers/axis_layer.h"
#include "mmdeploy/backend/ncnn/layers/elements.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Data, indices of as many dimensions -> the elements that the indices name along an axis.
// Parameters: 0 axis.
class GatherElements : public AxisLayer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const Dense data = ToDense(bottoms[0]);
    Dense result = ToDense(bottoms[1]);
    const auto elements = NamedElements(data, result, axis_);
    if (!elements) return -1;
    for (size_t i = 0; i < elements->size(); ++i) result.values[i] = data.values[(*elements)[i]];
    return FromDense(result, option.blob_allocator, &tops[0]);
  }
};

}  // namespace

::ncnn::Layer* GatherElements_layer_creator(void*) { return new GatherElements; }

}  // namespace mmdeploy::ncnn
