#include <algorithm>
#include <cmath>
#include <limits>

#include "mmdeploy/op/kernels/channels_last.h"
#include "mmdeploy/op/kernels/transpose.h"
#include "mmdeploy/op/roi_align/roi_align.h"

// Every bin becomes a list of pixels with weights, which is summed with vectors of channels. Maps
// are turned to channels last only where regions read them.
namespace mmdeploy::op::roi_align {
namespace {

struct Map {
  ChannelsLast images;
  int64_t height, width;
};

// Pixels of one bin.
struct TapList {
  std::vector<int32_t> pixels;
  std::vector<float> weights;

  void Clear() {
    pixels.clear();
    weights.clear();
  }
  void Add(int32_t pixel, float weight) {
    pixels.push_back(pixel);
    weights.push_back(weight);
  }
  // The same where pixels come in order and weights of one pixel add up.
  void Merge(int32_t pixel, float weight) {
    if (weight == 0) return;
    const size_t size = pixels.size();
    for (size_t back = 1; back <= std::min<size_t>(2, size); ++back) {
      if (pixels[size - back] != pixel) continue;
      weights[size - back] += weight;
      return;
    }
    Add(pixel, weight);
  }
  Taps taps() const {
    const auto count = static_cast<int64_t>(pixels.size());
    return {pixels.data(), weights.data(), count, 1, count};
  }
};

// One axis of a region.
struct Axis {
  float start, bin_size;
  int64_t grid;  // samples of a bin
  int64_t size;  // of the map

  Axis(float start, float size, int64_t bins, const Pooling& pooling, int64_t map_size)
      : start(start),
        bin_size(size / static_cast<float>(bins)),
        grid(pooling.GridSize(size, bins)),
        size(map_size) {}

  float Place(int64_t bin, int64_t i) const { return SamplePlace(start, bin_size, bin, i, grid); }
};

class BinTaps {
 public:
  BinTaps(const Region& region, const Pooling& pooling, const Map& map)
      : region_(region),
        map_(map),
        max_(pooling.max),
        rows_(region.top, region.height, pooling.height, pooling, map.height),
        columns_(region.left, region.width, pooling.width, pooling, map.width) {
    separable_ = !max_ && !region.is_turned();
    if (!separable_) return;
    row_taps_ = AxisTaps(rows_, region.center_y, pooling.height);
    column_taps_ = AxisTaps(columns_, region.center_x, pooling.width);
  }

  // Those of bin (i, j), until the next call.
  const TapList& Get(int64_t i, int64_t j) {
    list_.Clear();
    separable_ ? AddProducts(i, j) : AddSamples(i, j);
    return list_;
  }

 private:
  // The mean over samples whose rows do not depend on their columns is a mean over rows of means
  // over columns.
  static std::vector<TapList> AxisTaps(const Axis& axis, float center, int64_t bins) {
    std::vector<TapList> lists(static_cast<size_t>(bins));
    const float share = 1 / static_cast<float>(std::max<int64_t>(1, axis.grid));
    for (int64_t bin = 0; bin < bins; ++bin) {
      for (int64_t i = 0; i < axis.grid; ++i) {
        const PixelPair pair(axis.Place(bin, i) + center, axis.size);
        if (!pair.inside) continue;
        lists[static_cast<size_t>(bin)].Merge(pair.first, pair.first_weight * share);
        lists[static_cast<size_t>(bin)].Merge(pair.second, pair.second_weight * share);
      }
    }
    return lists;
  }

  void AddProducts(int64_t i, int64_t j) {
    const TapList& rows = row_taps_[static_cast<size_t>(i)];
    const TapList& columns = column_taps_[static_cast<size_t>(j)];
    for (size_t r = 0; r < rows.pixels.size(); ++r) {
      const int32_t first = rows.pixels[r] * static_cast<int32_t>(map_.width);
      for (size_t c = 0; c < columns.pixels.size(); ++c) {
        list_.Add(first + columns.pixels[c], rows.weights[r] * columns.weights[c]);
      }
    }
  }

  void AddSamples(int64_t i, int64_t j) {
    const int64_t count = rows_.grid * columns_.grid;
    const float share = max_ ? 1.f : 1 / static_cast<float>(std::max<int64_t>(1, count));
    int64_t inside = 0;
    for (int64_t r = 0; r < rows_.grid; ++r) {
      const float v = rows_.Place(i, r);
      for (int64_t c = 0; c < columns_.grid; ++c) {
        const float u = columns_.Place(j, c);
        const PixelPair y(v * region_.cosine - u * region_.sine + region_.center_y, map_.height);
        const PixelPair x(v * region_.sine + u * region_.cosine + region_.center_x, map_.width);
        if (!y.inside || !x.inside) continue;
        ++inside;
        AddSample(y, x, share);
      }
    }
    if (!max_ || (inside > 0 && inside == count)) return;
    // What lies outside is 0 and takes part in the maximum.
    for (int k = 0; k < 4; ++k) list_.Add(static_cast<int32_t>(map_.images.pixels), 0);
  }

  void AddSample(const PixelPair& y, const PixelPair& x, float share) {
    const auto width = static_cast<int32_t>(map_.width);
    const float upper = y.first_weight * share, lower = y.second_weight * share;
    list_.Add(y.first * width + x.first, upper * x.first_weight);
    list_.Add(y.first * width + x.second, upper * x.second_weight);
    list_.Add(y.second * width + x.first, lower * x.first_weight);
    list_.Add(y.second * width + x.second, lower * x.second_weight);
  }

  const Region& region_;
  const Map& map_;
  const bool max_;
  const Axis rows_, columns_;
  bool separable_;
  std::vector<TapList> row_taps_, column_taps_;
  TapList list_;
};

// Bins that are kept before they are turned to [C, bins]: what the first caches hold.
int64_t BinsAtATime(int64_t stride, int64_t bins) {
  constexpr int64_t kFloats = 1 << 15;
  constexpr int64_t kVector = 16;
  return std::min(bins, std::max<int64_t>(1, kFloats / stride / kVector) * kVector);
}

// `out` is [C, bins].
Result<void> PoolRegion(const Region& region, const Pooling& pooling, const Map& map,
                        int64_t channels, OpContext& context, float* out) {
  const PixelRows image = map.images.image(region.image);
  const int64_t bins = pooling.height * pooling.width;
  const int64_t stride = image.stride + kChannelBlock;  // no power of two, see gemm.h
  const int64_t step = BinsAtATime(stride, bins);
  MMDEPLOY_TRY(const auto scratch, context.Scratch(DataType::kFloat32, {step, stride}));
  auto* pooled = const_cast<float*>(scratch.data<float>());
  BinTaps taps(region, pooling, map);
  for (int64_t begin = 0; begin < bins; begin += step) {
    const int64_t count = std::min(step, bins - begin);
    for (int64_t k = 0; k < count; ++k) {
      const int64_t bin = begin + k;
      const Taps list = taps.Get(bin / pooling.width, bin % pooling.width).taps();
      (pooling.max ? GatherMax : GatherSum)(image, list, 1, pooled + k * stride, stride);
    }
    Transpose(pooled, stride, count, channels, out + begin, bins);
  }
  return {};
}

// First and last pixel along an axis that samples between these places read; the last is smaller
// if there are none.
std::pair<int64_t, int64_t> PixelsBetween(float low, float high, int64_t size) {
  const float slack = 2 + 1e-5f * (std::fabs(low) + std::fabs(high));
  const auto last = static_cast<float>(size - 1);
  if (!(low - slack <= last && high + slack >= 0)) return {0, -1};
  return {static_cast<int64_t>(std::max(0.f, low - slack)),
          static_cast<int64_t>(std::min(last, high + slack))};
}

// Marks what lies in the region's bounding box.
void AddPixels(const Region& region, int64_t height, int64_t width, WantedPixels* wanted) {
  float left = std::numeric_limits<float>::max(), right = -left, top = left, bottom = -left;
  for (const float u : {region.left, region.left + region.width}) {
    for (const float v : {region.top, region.top + region.height}) {
      const float x = v * region.sine + u * region.cosine + region.center_x;
      const float y = v * region.cosine - u * region.sine + region.center_y;
      if (!std::isfinite(x) || !std::isfinite(y)) return;
      left = std::min(left, x);
      right = std::max(right, x);
      top = std::min(top, y);
      bottom = std::max(bottom, y);
    }
  }
  const auto [first_row, last_row] = PixelsBetween(top, bottom, height);
  const auto [first_column, last_column] = PixelsBetween(left, right, width);
  if (last_column < first_column) return;
  for (int64_t row = first_row; row <= last_row; ++row) {
    wanted->Add(region.image, row * width + first_column, row * width + last_column);
  }
}

Result<std::vector<Map>> TurnMaps(const Problem& problem, OpContext& context) {
  std::vector<Map> maps;
  for (size_t i = 0; i < problem.maps.size(); ++i) {
    const Shape& shape = problem.maps[i]->shape();
    WantedPixels wanted(shape[0], shape[2] * shape[3]);
    for (const auto& region : problem.regions) {
      if (region.map == static_cast<int64_t>(i)) AddPixels(region, shape[2], shape[3], &wanted);
    }
    MMDEPLOY_TRY(auto images, ToChannelsLast(context, *problem.maps[i], &wanted));
    maps.push_back({std::move(images), shape[2], shape[3]});
  }
  return maps;
}

}  // namespace

Result<void> Run(const Problem& problem, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  if (output.num_elements() == 0) return {};
  MMDEPLOY_TRY(const auto maps, TurnMaps(problem, context));
  const int64_t channels = output.shape()[1];
  const int64_t size = channels * problem.pooling.height * problem.pooling.width;
  const auto regions = static_cast<int64_t>(problem.regions.size());
  return context.ParallelFor(regions, [&](int64_t i) {
    const Region& region = problem.regions[static_cast<size_t>(i)];
    return PoolRegion(region, problem.pooling, maps[static_cast<size_t>(region.map)], channels,
                      context, output.data<float>() + i * size);
  });
}

}  // namespace mmdeploy::op::roi_align
