#include <algorithm>

#include "mmdeploy/backend/ncnn/layers/dense.h"
#include "mmdeploy/backend/ncnn/layers/layers.h"

namespace mmdeploy::ncnn {
namespace {

std::vector<int> ReadInts(const ::ncnn::ParamDict& params, int id) {
  const ::ncnn::Mat values = params.get(id, ::ncnn::Mat());
  const int* begin = values;
  return values.empty() ? std::vector<int>() : std::vector<int>(begin, begin + values.w);
}

// Data -> its rows start, start + step, ... before end, along each axis that is named; as ONNX's
// Slice: negative numbers count from the end, what lies beyond the data is cut off.
// Parameters: 0 starts, 1 ends, 2 axes (1 is the outermost one, behind the batch; by default all in
// order), 3 steps (1).
class TensorSlice : public ::ncnn::Layer {
 public:
  TensorSlice() { one_blob_only = true; }

  int load_param(const ::ncnn::ParamDict& params) override {
    starts_ = ReadInts(params, 0);
    ends_ = ReadInts(params, 1);
    axes_ = ReadInts(params, 2);
    steps_ = ReadInts(params, 3);
    if (steps_.empty()) steps_.assign(starts_.size(), 1);
    for (size_t i = axes_.size(); i < starts_.size(); ++i) axes_.push_back(static_cast<int>(i) + 1);
    const bool fits = ends_.size() == starts_.size() && axes_.size() == starts_.size() &&
                      steps_.size() == starts_.size();
    return fits && std::count(steps_.begin(), steps_.end(), 0) == 0 ? 0 : -1;
  }

  int forward(const ::ncnn::Mat& bottom, ::ncnn::Mat& top,
              const ::ncnn::Option& option) const override {
    Dense data = ToDense(bottom);
    for (size_t i = 0; i < starts_.size(); ++i) {
      const int rank = static_cast<int>(data.dims.size());
      const int axis = axes_[i] < 0 ? axes_[i] + rank : axes_[i] - 1;
      if (axis < 0 || axis >= rank) return -1;
      Cut(&data, static_cast<size_t>(axis), Rows(data.dims[static_cast<size_t>(axis)], i));
    }
    return FromDense(data, option.blob_allocator, &top);
  }

 private:
  // The rows that slice `i` takes of `extent`.
  std::vector<int> Rows(int64_t extent, size_t i) const {
    const int64_t step = steps_[i];
    const auto resolve = [&](int64_t index) {
      index += index < 0 ? extent : 0;
      return step > 0 ? std::clamp<int64_t>(index, 0, extent)
                      : std::clamp<int64_t>(index, -1, extent - 1);
    };
    const int64_t end = resolve(ends_[i]);
    std::vector<int> rows;
    for (int64_t row = resolve(starts_[i]); step > 0 ? row < end : row > end; row += step) {
      rows.push_back(static_cast<int>(row));
    }
    return rows;
  }

  static void Cut(Dense* data, size_t axis, const std::vector<int>& rows) {
    const size_t outer = data->Count(0, axis), inner = data->Count(axis + 1, data->dims.size());
    const auto extent = static_cast<size_t>(data->dims[axis]);
    std::vector<float> values;
    values.reserve(outer * rows.size() * inner);
    for (size_t o = 0; o < outer; ++o) {
      for (const int row : rows) {
        const float* begin = &data->values[(o * extent + static_cast<size_t>(row)) * inner];
        values.insert(values.end(), begin, begin + inner);
      }
    }
    data->dims[axis] = static_cast<int>(rows.size());
    data->values = std::move(values);
  }

  std::vector<int> starts_, ends_, axes_, steps_;
};

}  // namespace

::ncnn::Layer* TensorSlice_layer_creator(void*) { return new TensorSlice; }

}  // namespace mmdeploy::ncnn
