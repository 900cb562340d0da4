#include <algorithm>
#include <numeric>

#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

// Data [, k] -> the k largest or smallest values along an axis and their indices, or the indices
// alone; of equal values the first ones. k is 1 unless given. Parameters: 0 axis (-1), 1 largest
// (1), 2 sorted (1; else in the order of the data), 3 keep_dims (1; 0 only with k = 1).
class TopK : public ::ncnn::Layer {
 public:
  int load_param(const ::ncnn::ParamDict& params) override {
    axis_ = params.get(0, -1);
    largest_ = params.get(1, 1) != 0;
    sorted_ = params.get(2, 1) != 0;
    keep_dims_ = params.get(3, 1) != 0;
    return 0;
  }

  int forward(const std::vector<::ncnn::Mat>& bottoms, std::vector<::ncnn::Mat>& tops,
              const ::ncnn::Option& option) const override {
    const Dense data = ToDense(bottoms[0]);
    const int axis = ResolveAxis(axis_, data.dims.size());
    if (axis < 0) return -1;
    const float count = bottoms.size() > 1 ? ToDense(bottoms[1]).values[0] + 0.5f : 1;
    const int extent = data.dims[static_cast<size_t>(axis)];
    if (!(count >= 1 && count < static_cast<float>(extent) + 1)) return -100;
    const int k = static_cast<int>(count);
    if (k > 1 && !keep_dims_) return -102;
    Dense values, indices;
    Select(data, static_cast<size_t>(axis), k, &values, &indices);
    if (tops.size() == 1) return FromDense(indices, option.blob_allocator, &tops[0]);
    const int code = FromDense(values, option.blob_allocator, &tops[0]);
    return code ? code : FromDense(indices, option.blob_allocator, &tops[1]);
  }

 private:
  void Select(const Dense& data, size_t axis, int k, Dense* values, Dense* indices) const {
    const auto extent = static_cast<size_t>(data.dims[axis]);
    const size_t outer = data.Count(0, axis), inner = data.Count(axis + 1, data.dims.size());
    const auto kept = static_cast<size_t>(k);
    values->dims = data.dims;
    values->dims[axis] = k;
    if (!keep_dims_ && data.dims.size() > 1) {
      values->dims.erase(values->dims.begin() + static_cast<int64_t>(axis));
    }
    indices->dims = values->dims;
    values->values.resize(outer * kept * inner);
    indices->values.resize(outer * kept * inner);
    for (size_t i = 0; i < outer * inner; ++i) {
      const size_t o = i / inner, column = i % inner;
      const float* row = &data.values[o * extent * inner + column];
      const auto order = Order(row, inner, extent, kept);
      for (size_t j = 0; j < kept; ++j) {
        const size_t to = (o * kept + j) * inner + column;
        values->values[to] = row[static_cast<size_t>(order[j]) * inner];
        indices->values[to] = static_cast<float>(order[j]);
      }
    }
  }

  // The first `kept` indices of a row whose elements are `stride` apart.
  std::vector<int> Order(const float* row, size_t stride, size_t extent, size_t kept) const {
    std::vector<int> order(extent);
    std::iota(order.begin(), order.end(), 0);
    const auto before = [&](int a, int b) {
      const float x = row[static_cast<size_t>(a) * stride];
      const float y = row[static_cast<size_t>(b) * stride];
      if (largest_ ? x > y : x < y) return true;
      if (largest_ ? y > x : y < x) return false;
      return a < b;
    };
    std::stable_sort(order.begin(), order.end(), before);
    order.resize(kept);
    if (!sorted_) std::sort(order.begin(), order.end());
    return order;
  }

  int axis_ = -1;
  bool largest_ = true, sorted_ = true, keep_dims_ = true;
};

}  // namespace

::ncnn::Layer* TopK_layer_creator(void*) { return new TopK; }

}  // namespace mmdeploy::ncnn
