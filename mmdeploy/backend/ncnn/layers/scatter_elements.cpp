#include "mmdeploy/backend/ncnn/layers/axis_layer.h"
#include "mmdeploy/backend/ncnn/layers/elements.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Data, indices, updates -> data with the elements that the indices name along an axis replaced by
// the updates, one for each index; of several for one element the last one stays. Parameters: 0
// axis.
class ScatterElements : public AxisLayer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    Dense data = ToDense(bottoms[0]);
    const Dense indices = ToDense(bottoms[1]), updates = ToDense(bottoms[2]);
    const auto elements = NamedElements(data, indices, axis_);
    if (!elements || updates.dims != indices.dims) return -1;
    for (size_t i = 0; i < elements->size(); ++i) data.values[(*elements)[i]] = updates.values[i];
    return FromDense(data, option.blob_allocator, &tops[0]);
  }
};

}  // namespace

::ncnn::Layer* ScatterElements_layer_creator(void*) { return new ScatterElements; }

}  // namespace mmdeploy::ncnn
