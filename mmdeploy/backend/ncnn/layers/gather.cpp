#include <algorithm>

#include "mmdeploy/backend/ncnn/layers/axis_layer.h"
#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Data, indices of one dimension -> the rows of data along an axis that the indices name, as many
// as there are indices. Negative indices count from the end; others than those of rows are an
// error. Parameters: 0 axis.
class Gather : public AxisLayer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const Dense data = ToDense(bottoms[0]), indices = ToDense(bottoms[1]);
    const int axis = ResolveAxis(axis_, data.dims.size());
    if (axis < 0 || indices.dims.size() != 1) return -1;
    const auto at = static_cast<size_t>(axis);
    const int extent = data.dims[at];
    const size_t outer = data.Count(0, at), inner = data.Count(at + 1, data.dims.size());
    Dense out{data.dims, {}};
    out.dims[at] = indices.dims[0];
    out.values.reserve(out.Count());
    for (size_t o = 0; o < outer; ++o) {
      for (const float value : indices.values) {
        const int row = Row(value, extent);
        if (row < 0) return -1;
        const auto first = (o * static_cast<size_t>(extent) + static_cast<size_t>(row)) * inner;
        const auto begin = data.values.begin() + static_cast<int64_t>(first);
        out.values.insert(out.values.end(), begin, begin + static_cast<int64_t>(inner));
      }
    }
    return FromDense(out, option.blob_allocator, &tops[0]);
  }

 private:
  static int Row(float index, int extent) {
    if (index < 0) index += static_cast<float>(extent);
    const float row = index + 0.5f;
    return row >= 0 && row < static_cast<float>(extent) + 0.5f
               ? std::min(static_cast<int>(row), extent - 1)
               : -1;
  }
};

}  // namespace

::ncnn::Layer* Gather_layer_creator(void*) { return new Gather; }

}  // namespace mmdeploy::ncnn
