#include "mmdeploy/codebase/mmpose/head/blur.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <opencv2/imgproc.hpp>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/codebase/mmpose/head/blur.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_MMPOSE_BLUR_ONCE
#define MMDEPLOY_MMPOSE_BLUR_ONCE
namespace mmdeploy {

constexpr int kLanes = 64;       // a multiple of every vector's
constexpr int kBlock = 4;        // side of a block of cells whose values are added up
constexpr float kDoubt = 1e-4F;  // far above rounding errors
// Nothing beside blurred values of `kLeast` or more. No bound is less, so that none is denormal,
// which some processors take a hundred times as long for.
constexpr float kTiny = 1e-30F, kLeast = 1e-20F;

inline int PaddedTo(int lanes, int count) { return (count + lanes - 1) / lanes * lanes; }

// Blocks, the last ones included.
struct Corners {
  int left, top, right, bottom;
};

// How many blocks away a block still has a weight.
inline int ReachOf(const Kernel& kernel) { return (kernel.radius() + kBlock - 1) / kBlock; }

}  // namespace mmdeploy
#endif

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

int Lanes() { return static_cast<int>(hn::Lanes(hn::ScalableTag<float>())); }

float Largest(const float* data, int count) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  if (count < 2 * lanes) return *std::max_element(data, data + count);
  auto first = hn::LoadU(d, data), second = hn::LoadU(d, data + lanes);
  int i = 2 * lanes;
  for (; i + 2 * lanes <= count; i += 2 * lanes) {
    first = hn::Max(first, hn::LoadU(d, data + i));
    second = hn::Max(second, hn::LoadU(d, data + i + lanes));
  }
  float largest = hn::GetLane(hn::MaxOfLanes(d, hn::Max(first, second)));
  for (; i < count; ++i) largest = std::max(largest, data[i]);
  return largest;
}

// The first cell with a value, or `count`.
int FirstOf(const float* data, int count, float value) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const auto wanted = hn::Set(d, value);
  int i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto found = hn::FindFirstTrue(d, hn::Eq(hn::LoadU(d, data + i), wanted));
    if (found >= 0) return i + static_cast<int>(found);
  }
  return static_cast<int>(std::find(data + i, data + count, value) - data);
}

// A line that has the cells beyond the map, too. OpenCV adds the taps of kernels of up to five in
// another order than those of longer ones.
template <class D>
hn::Vec<D> BlurLine(D d, const float* line, const Kernel& kernel) {
  const int radius = kernel.radius();
  const float* weights = kernel.weights();
  const auto tap = [&](int k) { return hn::Set(d, weights[k]); };
  if (radius > Kernel::kSmall || radius == 0) {
    auto sum = hn::Mul(hn::LoadU(d, line), tap(0));
    for (int k = 1; k <= 2 * radius; ++k) sum = hn::MulAdd(hn::LoadU(d, line + k), tap(k), sum);
    return sum;
  }
  const auto pair = [&](int k) {
    return hn::Add(hn::LoadU(d, line + k), hn::LoadU(d, line + 2 * radius - k));
  };
  const auto sum = hn::MulAdd(hn::LoadU(d, line + radius), tap(radius),
                              hn::Mul(pair(radius - 1), tap(radius - 1)));
  return radius == 1 ? sum : hn::MulAdd(pair(0), tap(0), sum);
}

// Blurs the lines of a part across: `memory->lines`, from which `memory->columns` are taken.
void BlurLines(int64_t stride, PartialBlur::Memory* memory) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  std::vector<float> line(memory->columns.size() + kLanes);
  float* row = memory->rows.data();
  for (const float* from : memory->lines) {
    for (size_t i = 0; i < memory->columns.size(); ++i) {
      line[i] = memory->columns[i] < 0 ? 0 : from[memory->columns[i]];
    }
    for (int x = 0; x < stride; x += lanes) {
      hn::StoreU(BlurLine(d, line.data() + x, memory->kernel), d, row + x);
    }
    row += stride;
  }
}

// The same cell by cell, eight lines at once, in the same order of sums: a cell has its weight in
// each value of a vector. What is infinite becomes NaN where its weight is 0.
void BlurEightLines(const float* const* lines, int64_t stride, const PartialBlur::Memory& memory,
                    float* rows) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int count = static_cast<int>(memory.columns.size());
  const int reach = lanes + 2 * memory.kernel.radius();
  for (int x = 0; x < stride; x += lanes) {
    auto sum0 = hn::Zero(d), sum1 = sum0, sum2 = sum0, sum3 = sum0;
    auto sum4 = sum0, sum5 = sum0, sum6 = sum0, sum7 = sum0;
    const float* weights = memory.weights.data() + kLanes + 2 * memory.kernel.radius() + x;
    for (int i = x; i < std::min(count, x + reach); ++i) {
      const int at = memory.columns[static_cast<size_t>(i)];
      if (at < 0) continue;
      const auto weight = hn::LoadU(d, weights - i);
      sum0 = hn::MulAdd(hn::Set(d, lines[0][at]), weight, sum0);
      sum1 = hn::MulAdd(hn::Set(d, lines[1][at]), weight, sum1);
      sum2 = hn::MulAdd(hn::Set(d, lines[2][at]), weight, sum2);
      sum3 = hn::MulAdd(hn::Set(d, lines[3][at]), weight, sum3);
      sum4 = hn::MulAdd(hn::Set(d, lines[4][at]), weight, sum4);
      sum5 = hn::MulAdd(hn::Set(d, lines[5][at]), weight, sum5);
      sum6 = hn::MulAdd(hn::Set(d, lines[6][at]), weight, sum6);
      sum7 = hn::MulAdd(hn::Set(d, lines[7][at]), weight, sum7);
    }
    hn::StoreU(sum0, d, rows + x);
    hn::StoreU(sum1, d, rows + x + stride);
    hn::StoreU(sum2, d, rows + x + 2 * stride);
    hn::StoreU(sum3, d, rows + x + 3 * stride);
    hn::StoreU(sum4, d, rows + x + 4 * stride);
    hn::StoreU(sum5, d, rows + x + 5 * stride);
    hn::StoreU(sum6, d, rows + x + 6 * stride);
    hn::StoreU(sum7, d, rows + x + 7 * stride);
  }
}

template <class D>
hn::Vec<D> BlurDown(D d, const float* middle, int64_t stride, const float* weight, int radius) {
  auto sum = hn::Mul(hn::LoadU(d, middle), hn::Set(d, *weight));
  for (int k = 1; k <= radius; ++k) {
    const auto pair = hn::Add(hn::LoadU(d, middle + k * stride), hn::LoadU(d, middle - k * stride));
    sum = hn::MulAdd(pair, hn::Set(d, weight[k]), sum);
  }
  return sum;
}

// Blurs the rows that were blurred across; answers whether there is a NaN.
bool BlurRows(const Part& part, int64_t stride, PartialBlur::Memory* memory) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int radius = memory->kernel.radius();
  auto nan = hn::Zero(d);
  // What a row writes too much is written again by the next one.
  for (int y = 0; y < part.height; ++y) {
    for (int x = 0; x < part.width; x += lanes) {
      const float* middle = memory->rows.data() + (y + radius) * stride + x;
      const auto sum = BlurDown(d, middle, stride, memory->kernel.weights() + radius, radius);
      nan = hn::IfThenElse(hn::IsNaN(sum), sum, nan);
      hn::StoreU(sum, d, memory->values.data() + y * part.width + x);
    }
  }
  return !hn::AllFalse(d, hn::IsNaN(nan));
}

void BlurPart(const Part& part, PartialBlur::Memory* memory) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int64_t stride = PaddedTo(lanes, part.width);
  const auto height = static_cast<int64_t>(memory->lines.size());
  memory->rows.resize(static_cast<size_t>(height * stride));
  memory->values.resize(static_cast<size_t>(part.height * part.width + lanes));
  if (memory->kernel.radius() > Kernel::kSmall) {
    for (int64_t y = 0; y < height; y += 8) {
      BlurEightLines(memory->lines.data() + y, stride, *memory, memory->rows.data() + y * stride);
    }
    if (!BlurRows(part, stride, memory)) return;
  }
  BlurLines(stride, memory);
  BlurRows(part, stride, memory);
}

// Finds the sums of blocks of cells, each of `kTiny` or more, and the largest value.
float SumBlocks(const HeatMap& map, PartialBlur::Memory* memory) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  memory->line.assign(static_cast<size_t>(memory->stride * kBlock), 0);
  float* line = memory->line.data();
  const auto tiny = hn::Set(d, kTiny);
  auto most = hn::Set(d, *map.data);
  float largest = *map.data;
  for (int block = 0; block < memory->blocks_down; ++block) {
    const int begin = block * kBlock, end = std::min(begin + kBlock, map.height);
    int x = 0;
    for (; x + lanes <= map.width; x += lanes) {
      auto top = hn::LoadU(d, map.data + begin * map.width + x);
      auto sum = hn::Max(top, tiny);
      for (int y = begin + 1; y < end; ++y) {
        const auto value = hn::LoadU(d, map.data + y * map.width + x);
        top = hn::Max(top, value);
        sum = hn::Add(sum, hn::Max(value, tiny));
      }
      most = hn::Max(most, top);
      hn::StoreU(sum, d, line + x);
    }
    for (; x < map.width; ++x) {
      line[x] = 0;
      for (int y = begin; y < end; ++y) {
        largest = std::max(largest, map.At(x, y));
        line[x] += std::max(map.At(x, y), kTiny);
      }
    }
    for (int i = 0; i < memory->blocks_across; i += lanes) {
      auto a = tiny, b = tiny, c = tiny, e = tiny;
      hn::LoadInterleaved4(d, line + kBlock * i, a, b, c, e);
      hn::StoreU(hn::Add(hn::Add(a, b), hn::Add(c, e)), d,
                 memory->sums.data() + block * memory->stride + i);
    }
  }
  return std::max(largest, hn::GetLane(hn::MaxOfLanes(d, most)));
}

// sum over i of weights[i] * rows[i * stride], for a vector of columns.
template <class D>
hn::Vec<D> Weighted(D d, const float* weights, const float* rows, int stride, int count) {
  const auto row = [&](int i) { return hn::LoadU(d, rows + i * stride); };
  auto even = hn::Zero(d), odd = even;
  int i = 0;
  for (; i + 2 <= count; i += 2) {
    even = hn::MulAdd(hn::Set(d, weights[i]), row(i), even);
    odd = hn::MulAdd(hn::Set(d, weights[i + 1]), row(i + 1), odd);
  }
  if (i < count) even = hn::MulAdd(hn::Set(d, weights[i]), row(i), even);
  return hn::Add(even, odd);
}

// Takes the blocks of a row whose values may be `least` or more into the part.
void TakeBlocks(int y, float least, PartialBlur::Memory* memory, Corners* found) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int across = memory->blocks_across, reach = ReachOf(memory->kernel);
  for (int x = 0; x < across; x += lanes) {
    const int from = std::max(0, x - reach), to = std::min(across, x + lanes + reach);
    const auto most =
        Weighted(d, memory->one_way.data() + from,
                 memory->across.data() + from * memory->stride + x, memory->stride, to - from);
    hn::StoreU(most, d, memory->along.data());
    for (int i = 0; i < std::min(lanes, across - x); ++i) {
      // What is no number may be anything.
      if (memory->along[static_cast<size_t>(i)] < least) continue;
      found->left = std::min(found->left, x + i);
      found->right = std::max(found->right, x + i);
      found->top = std::min(found->top, y);
      found->bottom = y;
    }
  }
}

// The blocks that may have a value of `least` or more.
Corners FindBlocks(float least, PartialBlur::Memory* memory) {
  const hn::ScalableTag<float> d;
  const auto lanes = static_cast<int>(hn::Lanes(d));
  const int reach = ReachOf(memory->kernel), stride = memory->stride;
  const int down = memory->blocks_down, across = memory->blocks_across;
  // Where no value is larger, nothing comes of the row.
  const auto limit = hn::Set(d, least / memory->across_all);
  Corners found{across, down, -1, -1};
  for (int y = 0; y < down; ++y) {
    const int begin = std::max(0, y - reach), count = std::min(down, y + reach + 1) - begin;
    bool may = false;
    for (int x = 0; x < across; x += lanes) {
      const auto sum = Weighted(d, memory->down.data() + y * down + begin,
                                memory->sums.data() + begin * stride + x, stride, count);
      hn::StoreU(sum, d, memory->one_way.data() + x);
      may |= !hn::AllTrue(d, hn::Lt(sum, limit));
    }
    if (may) TakeBlocks(y, least, memory, &found);
  }
  return found;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(Lanes);
HWY_EXPORT(Largest);
HWY_EXPORT(FirstOf);
HWY_EXPORT(BlurPart);
HWY_EXPORT(FindBlocks);
HWY_EXPORT(SumBlocks);

namespace {

// The most that the cells of a block of a side give to one of another [blocks, stride].
std::vector<float> WeightsOfBlocks(const Kernel& kernel, int size, int stride, Border border) {
  const int blocks = PaddedTo(kBlock, size) / kBlock;
  const auto weight = [&](int distance) {
    return distance > kernel.radius() ? 0
                                      : kernel.weights()[kernel.radius() + std::max(0, distance)];
  };
  std::vector<float> weights(static_cast<size_t>(blocks * stride));
  const int reach = ReachOf(kernel);
  for (int a = 0; a < blocks; ++a) {
    for (int b = std::max(0, a - reach); b < std::min(blocks, a + reach + 1); ++b) {
      float& most = weights[static_cast<size_t>(a * stride + b)];
      most = weight(kBlock * std::abs(a - b) - (kBlock - 1));
      // The mirror images of the cells of b beyond both ends.
      if (border == Border::kMirror) {
        most += weight(kBlock * (a + b));
        most += weight(2 * (size - kBlock) - kBlock * (a + b));
      }
    }
  }
  return weights;
}

Peak FirstPeak(const HeatMap& map, float largest) {
  const int at =
      largest > 0 ? HWY_DYNAMIC_DISPATCH(FirstOf)(map.data, map.size(), largest) : map.size();
  if (at == map.size()) return {-1, -1, largest};
  return {at % map.width, at / map.width, largest};
}

// Where the largest values of a blurred map probably lie: the block of the largest sum, and those
// around it.
Corners GuessBlocks(const PartialBlur::Memory& memory) {
  const Peak peak = FindPeak({memory.sums.data(), memory.blocks_down, memory.stride});
  return {std::max(0, peak.x - 1), std::max(0, peak.y - 1),
          std::min(memory.blocks_across - 1, peak.x + 1),
          std::min(memory.blocks_down - 1, peak.y + 1)};
}

}  // namespace

Peak FindPeak(const HeatMap& map) {
  return FirstPeak(map, HWY_DYNAMIC_DISPATCH(Largest)(map.data, map.size()));
}

Kernel::Kernel(int side) : radius_(side / 2) {
  const cv::Mat weights = cv::getGaussianKernel(side, 0, CV_32F);
  weights_.assign(weights.begin<float>(), weights.end<float>());
}

Peak BlurredPart::FindPeak() const {
  Peak peak = FirstPeak({values, part.height, part.width}, largest);
  if (peak.found()) {
    peak.x += part.left;
    peak.y += part.top;
  }
  return peak;
}

void BlurredPart::Scale(float factor) {
  for (int i = 0; i < part.height * part.width; ++i) values[i] *= factor;
  // A positive factor does not change which one it is.
  largest = factor > 0 ? largest * factor
                       : HWY_DYNAMIC_DISPATCH(Largest)(values, part.height * part.width);
}

PartialBlur::PartialBlur(const Kernel& kernel, int height, int width, Border border)
    : memory_{kernel, border}, height_(height), width_(width) {
  memory_.weights.resize(static_cast<size_t>(2 * kLanes + 2 * kernel.radius() + 1));
  std::copy_n(kernel.weights(), 2 * kernel.radius() + 1, memory_.weights.begin() + kLanes);
  memory_.no_line.resize(static_cast<size_t>(width));
  memory_.blocks_down = PaddedTo(kBlock, height) / kBlock;
  memory_.blocks_across = PaddedTo(kBlock, width) / kBlock;
  memory_.stride = PaddedTo(HWY_DYNAMIC_DISPATCH(Lanes)(), memory_.blocks_across);
  memory_.down = WeightsOfBlocks(kernel, height, memory_.blocks_down, border);
  memory_.across = WeightsOfBlocks(kernel, width, memory_.stride, border);
  for (int i = 0; i < memory_.blocks_across; ++i) {
    const float* row = memory_.across.data() + i * memory_.stride;
    memory_.across_all =
        std::max(memory_.across_all, std::accumulate(row, row + memory_.blocks_across, 0.F));
  }
  memory_.sums.resize(static_cast<size_t>(memory_.blocks_down * memory_.stride));
  memory_.one_way.resize(static_cast<size_t>(memory_.stride));
  memory_.along.resize(kLanes);
}

BlurredPart PartialBlur::Of(const HeatMap& map, const Part& part) {
  const int radius = memory_.kernel.radius();
  memory_.columns.clear();
  for (int x = part.left - radius; x < part.left + part.width + radius; ++x) {
    memory_.columns.push_back(CellAt(x, width_, memory_.border));
  }
  // Eight at once.
  const int height = part.height + 2 * radius;
  memory_.lines.assign(static_cast<size_t>(PaddedTo(8, height)), memory_.no_line.data());
  for (int i = 0; i < height; ++i) {
    const int y = CellAt(part.top - radius + i, height_, memory_.border);
    if (y >= 0) memory_.lines[static_cast<size_t>(i)] = map.data + y * width_;
  }
  HWY_DYNAMIC_DISPATCH(BlurPart)(part, &memory_);
  float* values = memory_.values.data();
  return {part, values, HWY_DYNAMIC_DISPATCH(Largest)(values, part.height * part.width)};
}

BlurredPart PartialBlur::AroundPeak(const HeatMap& map, int margin, float* largest) {
  const Part whole{0, 0, width_, height_};
  *largest = HWY_DYNAMIC_DISPATCH(SumBlocks)(map, &memory_);
  // A map that is mirrored more than once has other bounds.
  const bool is_small = std::min(width_, height_) <= memory_.kernel.radius();
  if (is_small || !(*largest > kLeast)) return Of(map, whole);
  const auto part_of = [&](const Corners& blocks) {
    Part part;
    part.left = std::max(0, kBlock * blocks.left - margin);
    part.top = std::max(0, kBlock * blocks.top - margin);
    part.width = std::min(width_, kBlock * (blocks.right + 1) + margin) - part.left;
    part.height = std::min(height_, kBlock * (blocks.bottom + 1) + margin) - part.top;
    return part;
  };
  const Corners guess = GuessBlocks(memory_);
  const BlurredPart blurred = Of(map, part_of(guess));
  const float least = blurred.largest;
  if (!(least > kLeast)) return Of(map, whole);
  const Corners found = HWY_DYNAMIC_DISPATCH(FindBlocks)(least * (1 - kDoubt), &memory_);
  const bool is_in = found.left >= guess.left && found.right <= guess.right &&
                     found.top >= guess.top && found.bottom <= guess.bottom;
  return is_in ? blurred : Of(map, part_of(found));
}

}  // namespace mmdeploy
#endif
