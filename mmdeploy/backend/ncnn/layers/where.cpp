#include "mmdeploy/backend/ncnn/layers/broadcast.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Condition, a, b -> a where the condition is not 0, else b; all three are broadcast. What is not
// taken does not matter, not even where it is infinite or no number.
class Where : public ::ncnn::Layer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const Dense operands[] = {ToDense(bottoms[0]), ToDense(bottoms[1]), ToDense(bottoms[2])};
    const auto dims = BroadcastDims({&operands[0], &operands[1], &operands[2]});
    if (!dims) return -1;
    Dense result{*dims, {}};
    result.values.resize(result.Count());
    const auto condition = BroadcastIndices(operands[0], *dims);
    const auto a = BroadcastIndices(operands[1], *dims), b = BroadcastIndices(operands[2], *dims);
    for (size_t i = 0; i < result.values.size(); ++i) {
      result.values[i] = operands[0].values[condition[i]] != 0 ? operands[1].values[a[i]]
                                                               : operands[2].values[b[i]];
    }
    return FromDense(result, option.blob_allocator, &tops[0]);
  }
};

}  // namespace

::ncnn::Layer* Where_layer_creator(void*) { return new Where; }

}  // namespace mmdeploy::ncnn
