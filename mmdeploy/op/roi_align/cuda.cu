#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/roi_align/roi_align.h"

namespace mmdeploy::op::roi_align {
namespace {

// One of the maps, by value.
struct Map {
  const float* data;
  int64_t height, width;
};

struct Call {
  Pooling pooling;
  int64_t channels;
  const Map* maps;        // on the device
  const Region* regions;  // on the device

  __device__ int64_t GridSize(float size, int64_t bins) const {
    if (pooling.sampling_ratio > 0) return pooling.sampling_ratio;
    const float grid = ceilf(size / static_cast<float>(bins));
    if (!(grid > 0)) return 0;
    return grid < static_cast<float>(kMaxGrid) ? static_cast<int64_t>(grid) : kMaxGrid;
  }

  __device__ static float Sample(const float* channel, const Map& map, float y, float x) {
    const PixelPair rows(y, map.height), columns(x, map.width);
    if (!rows.inside || !columns.inside) return 0;
    const float* upper = channel + rows.first * map.width;
    const float* lower = channel + rows.second * map.width;
    return rows.first_weight * (columns.first_weight * upper[columns.first] +
                                columns.second_weight * upper[columns.second]) +
           rows.second_weight * (columns.first_weight * lower[columns.first] +
                                 columns.second_weight * lower[columns.second]);
  }

  // Element i of the output [R,C,height,width].
  __device__ float Pool(int64_t i) const {
    const int64_t bins = pooling.height * pooling.width;
    const int64_t column = i % pooling.width, row = i / pooling.width % pooling.height;
    const Region& region = regions[i / (bins * channels)];
    const Map& map = maps[region.map];
    const float* channel =
        map.data + (region.image * channels + i / bins % channels) * map.height * map.width;
    const int64_t rows = GridSize(region.height, pooling.height);
    const int64_t columns = GridSize(region.width, pooling.width);
    const float bin_height = region.height / static_cast<float>(pooling.height);
    const float bin_width = region.width / static_cast<float>(pooling.width);
    float sum = 0, largest = 0;
    for (int64_t r = 0; r < rows; ++r) {
      const float v = SamplePlace(region.top, bin_height, row, r, rows);
      for (int64_t c = 0; c < columns; ++c) {
        const float u = SamplePlace(region.left, bin_width, column, c, columns);
        const float value =
            Sample(channel, map, v * region.cosine - u * region.sine + region.center_y,
                   v * region.sine + u * region.cosine + region.center_x);
        sum += value;
        largest = r == 0 && c == 0 ? value : fmaxf(largest, value);
      }
    }
    const int64_t count = rows * columns;
    return pooling.max ? largest : sum / static_cast<float>(count > 0 ? count : 1);
  }
};

// A copy on the device.
template <class T>
Result<Tensor> Upload(OpContext& context, const std::vector<T>& values) {
  const size_t bytes = values.size() * sizeof(T);
  MMDEPLOY_TRY(auto copy, cuda::Scratch<uint8_t>(context, static_cast<int64_t>(bytes)));
  if (bytes > 0) MMDEPLOY_TRYV(cuda::CopyAndWait(context, copy.raw(), values.data(), bytes));
  return copy;
}

// The inputs of another context, one of them in host memory.
class HostView : public OpContext {
 public:
  HostView(const OpContext& context, size_t index, const Tensor& copy) {
    for (size_t i = 0; i < context.num_inputs(); ++i) inputs_.push_back(context.input(i));
    inputs_[index] = copy;
  }

  size_t num_outputs() const override { return 0; }
  Result<Tensor> Output(size_t, const Shape&) override {
    return MakeError(Code::kFail, "a view has no outputs");
  }

 protected:
  void ParallelForEach(int64_t count, const std::function<void(int64_t)>& body) override {
    for (int64_t i = 0; i < count; ++i) body(i);
  }
};

}  // namespace

Result<std::unique_ptr<OpContext>> ViewOnHost(const OpContext& context, size_t input) {
  MMDEPLOY_TRY(const auto copy, cuda::ToHost(context, context.input(input)));
  return std::make_unique<HostView>(context, input, copy);
}

Result<void> RunCuda(const Problem& problem, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  std::vector<Map> maps;
  for (const Tensor* map : problem.maps) {
    maps.push_back({map->data<float>(), map->shape()[2], map->shape()[3]});
  }
  MMDEPLOY_TRY(const auto device_maps, Upload(context, maps));
  MMDEPLOY_TRY(const auto regions, Upload(context, problem.regions));
  const Call call{problem.pooling, problem.maps[0]->shape()[1],
                  static_cast<const Map*>(device_maps.raw()),
                  static_cast<const Region*>(regions.raw())};
  float* out = output.data<float>();
  return cuda::ForEach(context, output.num_elements(),
                       [=] __device__(int64_t i) { out[i] = call.Pool(i); });
}

}  // namespace mmdeploy::op::roi_align
