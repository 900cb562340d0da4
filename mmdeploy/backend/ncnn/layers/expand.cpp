#include <algorithm>

#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Data, a shape -> data repeated along its dimensions of 1, both aligned at the innermost
// dimension. A shape of 1 keeps the extent of the data.
class Expand : public ::ncnn::Layer {
 public:
  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    constexpr double kMaxElements = 1 << 28;
    Dense data = ToDense(bottoms[0]);
    auto shape = ReadShape(bottoms[1]);
    if (!shape) return -1;
    const size_t rank = std::max(shape->size(), data.dims.size());
    shape->insert(shape->begin(), rank - shape->size(), 1);
    data.dims.insert(data.dims.begin(), rank - data.dims.size(), 1);
    Dense out{data.dims, {}};
    double count = 1;
    for (size_t i = 0; i < rank; ++i) {
      const int wanted = (*shape)[i];
      if (wanted != 1 && data.dims[i] != 1 && wanted != data.dims[i]) return -1;
      out.dims[i] = std::max(wanted, data.dims[i]);
      count *= out.dims[i];
    }
    if (count > kMaxElements) return -100;
    out.values.resize(out.Count());
    for (size_t i = 0; i < out.values.size(); ++i)
      out.values[i] = data.values[Source(out, data, i)];
    return FromDense(out, option.blob_allocator, &tops[0]);
  }

 private:
  // Where element `index` of the output comes from.
  static size_t Source(const Dense& out, const Dense& data, size_t index) {
    size_t source = 0, stride = 1;
    for (size_t i = out.dims.size(); i-- > 0;) {
      const auto extent = static_cast<size_t>(out.dims[i]);
      if (data.dims[i] != 1) source += index % extent * stride;
      stride *= static_cast<size_t>(data.dims[i]);
      index /= extent;
    }
    return source;
  }
};

}  // namespace

::ncnn::Layer* Expand_layer_creator(void*) { return new Expand; }

}  // namespace mmdeploy::ncnn
