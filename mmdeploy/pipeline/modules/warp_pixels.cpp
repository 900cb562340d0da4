#include "mmdeploy/pipeline/modules/warp_pixels.h"

#include <algorithm>
#include <cmath>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/pipeline/modules/warp_pixels.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_PIPELINE_WARP_PIXELS_ONCE
#define MMDEPLOY_PIPELINE_WARP_PIXELS_ONCE
namespace mmdeploy {

constexpr int kFraction = 32;     // positions between two pixels
constexpr int kPositionBits = 5;  // further bits of a position while it is added up
constexpr int kScale = kFraction << kPositionBits;
constexpr int kWeightBits = 10;  // weights of the four neighbours add up to 1 << 10
constexpr int kBlock = 64;       // pixels whose positions are found at once
constexpr int kChannels = 3;

// Weights of the pixels (left, right), three times each, for every fraction (y, x): those of the
// upper row, and of the lower one.
struct Weights {
  alignas(16) int16_t upper[kFraction * kFraction][8], lower[kFraction * kFraction][8];

  Weights() {
    for (int i = 0; i < kFraction * kFraction; ++i) {
      const int y = i / kFraction, x = i % kFraction;
      for (int k = 0; k < 8; ++k) {
        const int across = k % 2 ? x : kFraction - x;
        upper[i][k] = static_cast<int16_t>(across * (kFraction - y));
        lower[i][k] = static_cast<int16_t>(across * y);
      }
    }
  }
};

inline const Weights& SharedWeights() {
  static const auto* weights = new Weights;
  return *weights;
}

// A position in the image in 1/32 of a pixel.
struct Position {
  int x, y;
};

inline void WarpOne(const PixelRows& image, Position at, uint8_t* to) {
  const int left = at.x >> kPositionBits, top = at.y >> kPositionBits;
  const int fx = at.x & (kFraction - 1), fy = at.y & (kFraction - 1);
  int sums[kChannels] = {1 << (kWeightBits - 1), 1 << (kWeightBits - 1), 1 << (kWeightBits - 1)};
  for (int k = 0; k < 4; ++k) {
    const int x = left + k % 2, y = top + k / 2;
    if (x < 0 || x >= image.width || y < 0 || y >= image.height) continue;
    const int weight = (k % 2 ? fx : kFraction - fx) * (k / 2 ? fy : kFraction - fy);
    const uint8_t* pixel = image.data + y * image.stride + x * kChannels;
    for (int c = 0; c < kChannels; ++c) sums[c] += pixel[c] * weight;
  }
  for (int c = 0; c < kChannels; ++c) to[c] = static_cast<uint8_t>(sums[c] >> kWeightBits);
}

// Whether the four neighbours, and the bytes that are read with them, lie in the image.
inline bool IsInside(const PixelRows& image, Position at) {
  const int left = at.x >> kPositionBits, top = at.y >> kPositionBits;
  return left >= 0 && left < image.width - 2 && top >= 0 && top < image.height - 1;
}

}  // namespace mmdeploy
#endif

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
constexpr bool kHasVectors = true;
using Bytes = hn::FixedTag<uint8_t, 16>;
using HalfBytes = hn::FixedTag<uint8_t, 8>;
using Shorts = hn::FixedTag<int16_t, 8>;
using Ints = hn::FixedTag<int32_t, 4>;

// Three sums of four neighbours, whose upper two stand at `pixel`.
hn::Vec<Ints> Interpolate(const uint8_t* pixel, int64_t stride, const int16_t* upper,
                          const int16_t* lower) {
  // Bytes of the two rows become pairs of the left and the right pixel, channel by channel.
  constexpr uint8_t kZero = 0x80;
  alignas(16) static constexpr uint8_t kUpper[16] = {
      0, kZero, 3, kZero, 1, kZero, 4, kZero, 2, kZero, 5, kZero, kZero, kZero, kZero, kZero};
  alignas(16) static constexpr uint8_t kLower[16] = {
      8, kZero, 11, kZero, 9, kZero, 12, kZero, 10, kZero, 13, kZero, kZero, kZero, kZero, kZero};
  const Bytes bytes;
  const Shorts shorts;
  const Ints ints;
  const auto rows =
      hn::Combine(bytes, hn::LoadU(HalfBytes(), pixel + stride), hn::LoadU(HalfBytes(), pixel));
  const auto pairs = [&](const uint8_t* order) {
    return hn::BitCast(shorts, hn::TableLookupBytesOr0(rows, hn::Load(bytes, order)));
  };
  auto unused = hn::Zero(ints);
  auto sum = hn::Set(ints, 1 << (kWeightBits - 1));
  sum = hn::ReorderWidenMulAccumulate(ints, pairs(kUpper), hn::Load(shorts, upper), sum, unused);
  sum = hn::ReorderWidenMulAccumulate(ints, pairs(kLower), hn::Load(shorts, lower), sum, unused);
  return hn::ShiftRight<kWeightBits>(sum);
}

// Four pixels; writes 16 bytes, of which 12 are theirs.
void WarpFour(const PixelRows& image, const int* offsets, const int* fractions, uint8_t* to) {
  alignas(16) static constexpr uint8_t kPacked[16] = {0,  1,  2,  4,  5,    6,    8,    9,
                                                      10, 12, 13, 14, 0x80, 0x80, 0x80, 0x80};
  const Weights& weights = SharedWeights();
  const Bytes bytes;
  const Shorts shorts;
  const auto pixel = [&](int k) {
    return Interpolate(image.data + offsets[k], image.stride, weights.upper[fractions[k]],
                       weights.lower[fractions[k]]);
  };
  const auto first = hn::ReorderDemote2To(shorts, pixel(0), pixel(1));
  const auto second = hn::ReorderDemote2To(shorts, pixel(2), pixel(3));
  const auto all =
      hn::Combine(bytes, hn::DemoteTo(HalfBytes(), second), hn::DemoteTo(HalfBytes(), first));
  hn::StoreU(hn::TableLookupBytesOr0(all, hn::Load(bytes, kPacked)), bytes, to);
}
#else
constexpr bool kHasVectors = false;
void WarpFour(const PixelRows&, const int*, const int*, uint8_t*) {}
#endif

// A block of a row of the patch, whose positions are (x0 + across[i], y0 + along[i]) in units of
// 1 / kScale; `room` pixels may be written.
void WarpBlock(const PixelRows& image, int x0, int y0, const int* across, const int* along,
               int count, int room, uint8_t* to) {
  const auto position = [&](int i) {
    return Position{(x0 + across[i]) >> kPositionBits, (y0 + along[i]) >> kPositionBits};
  };
  int i = 0;
  // Positions on a line: if the ends lie inside, all do.
  if (kHasVectors && IsInside(image, position(0)) && IsInside(image, position(count - 1))) {
    int offsets[kBlock], fractions[kBlock];
    const int stride = static_cast<int>(image.stride);
    for (int k = 0; k < kBlock; ++k) {
      const int x = (x0 + across[k]) >> kPositionBits, y = (y0 + along[k]) >> kPositionBits;
      offsets[k] = (y >> kPositionBits) * stride + (x >> kPositionBits) * kChannels;
      fractions[k] = (y & (kFraction - 1)) * kFraction + (x & (kFraction - 1));
    }
    for (; i + 4 <= count && i + 6 <= room; i += 4) {
      WarpFour(image, offsets + i, fractions + i, to + i * kChannels);
    }
  }
  for (; i < count; ++i) WarpOne(image, position(i), to + i * kChannels);
}

void WarpAll(const PixelRows& image, const std::array<double, 6>& m, int height, int width,
             uint8_t* patch) {
  const auto scaled = [](double value) { return static_cast<int>(std::lrint(value * kScale)); };
  // Whole blocks are read, of which the last may not be full.
  std::vector<int> across(static_cast<size_t>(width) + kBlock);
  std::vector<int> along(across.size());
  for (int x = 0; x < width; ++x) {
    across[static_cast<size_t>(x)] = scaled(m[0] * x);
    along[static_cast<size_t>(x)] = scaled(m[3] * x);
  }
  constexpr int kHalf = 1 << (kPositionBits - 1);
  for (int y = 0; y < height; ++y) {
    const int x0 = scaled(m[1] * y + m[2]) + kHalf, y0 = scaled(m[4] * y + m[5]) + kHalf;
    for (int x = 0; x < width; x += kBlock) {
      WarpBlock(image, x0, y0, across.data() + x, along.data() + x, std::min(kBlock, width - x),
                width - x, patch + (static_cast<int64_t>(y) * width + x) * kChannels);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(WarpAll);

void WarpPixels(const PixelRows& image, const std::array<double, 6>& m, int height, int width,
                uint8_t* patch) {
  HWY_DYNAMIC_DISPATCH(WarpAll)(image, m, height, width, patch);
}

}  // namespace mmdeploy
#endif
