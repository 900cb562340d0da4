#include <algorithm>

#include "mmdeploy/op/roi_align/roi_align.h"

namespace mmdeploy::op::roi_align {
namespace {

struct Channel {
  const float* data;
  int64_t height, width;

  double Sample(float y, float x) const {
    const PixelPair rows(y, height), columns(x, width);
    if (!rows.inside || !columns.inside) return 0;
    const auto at = [&](int32_t row, int32_t column) -> double {
      return data[row * width + column];
    };
    const double upper = columns.first_weight * at(rows.first, columns.first) +
                         columns.second_weight * at(rows.first, columns.second);
    const double lower = columns.first_weight * at(rows.second, columns.first) +
                         columns.second_weight * at(rows.second, columns.second);
    return rows.first_weight * upper + rows.second_weight * lower;
  }
};

double PoolBin(const Channel& channel, const Region& region, const Pooling& pooling, int64_t i,
               int64_t j) {
  const int64_t rows = pooling.GridSize(region.height, pooling.height);
  const int64_t columns = pooling.GridSize(region.width, pooling.width);
  const float bin_height = region.height / static_cast<float>(pooling.height);
  const float bin_width = region.width / static_cast<float>(pooling.width);
  double sum = 0, largest = 0;
  for (int64_t r = 0; r < rows; ++r) {
    const float v = SamplePlace(region.top, bin_height, i, r, rows);
    for (int64_t c = 0; c < columns; ++c) {
      const float u = SamplePlace(region.left, bin_width, j, c, columns);
      const double value = channel.Sample(v * region.cosine - u * region.sine + region.center_y,
                                          v * region.sine + u * region.cosine + region.center_x);
      sum += value;
      largest = r == 0 && c == 0 ? value : std::max(largest, value);
    }
  }
  return pooling.max ? largest : sum / static_cast<double>(std::max<int64_t>(1, rows * columns));
}

}  // namespace

Result<void> Reference(const Problem& problem, OpContext& context) {
  const Pooling& pooling = problem.pooling;
  const int64_t channels = problem.maps[0]->shape()[1];
  MMDEPLOY_TRY(auto output, context.Output(0));
  float* out = output.data<float>();
  for (const auto& region : problem.regions) {
    const Tensor& map = *problem.maps[static_cast<size_t>(region.map)];
    const int64_t height = map.shape()[2], width = map.shape()[3];
    for (int64_t c = 0; c < channels; ++c) {
      const Channel channel{map.data<float>() + (region.image * channels + c) * height * width,
                            height, width};
      for (int64_t i = 0; i < pooling.height; ++i) {
        for (int64_t j = 0; j < pooling.width; ++j) {
          *out++ = static_cast<float>(PoolBin(channel, region, pooling, i, j));
        }
      }
    }
  }
  return {};
}

}  // namespace mmdeploy::op::roi_align
