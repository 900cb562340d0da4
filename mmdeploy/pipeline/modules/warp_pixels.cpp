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

constexpr uint8_t kZero = 0x80;

// The four neighbours of a pixel, whose upper two stand at `pixel`: six bytes of each row.
hn::Vec<Bytes> LoadRows(const uint8_t* pixel, int64_t stride) {
  return hn::Combine(Bytes(), hn::LoadU(HalfBytes(), pixel + stride),
                     hn::LoadU(HalfBytes(), pixel));
}

// Three sums of the neighbours, or six of two pixels. `upper` and `lower` are pairs of weights.
template <class D, class Rows, class Pairs>
hn::Vec<D> Interpolate(D ints, Rows rows, Pairs upper, Pairs lower) {
  // Bytes of the two rows become pairs of the left and the right pixel, channel by channel.
  alignas(16) static constexpr uint8_t kUpper[16] = {
      0, kZero, 3, kZero, 1, kZero, 4, kZero, 2, kZero, 5, kZero, kZero, kZero, kZero, kZero};
  alignas(16) static constexpr uint8_t kLower[16] = {
      8, kZero, 11, kZero, 9, kZero, 12, kZero, 10, kZero, 13, kZero, kZero, kZero, kZero, kZero};
  const hn::Repartition<uint8_t, D> bytes;
  const hn::Repartition<int16_t, D> shorts;
  const auto pairs = [&](const uint8_t* order) {
    return hn::BitCast(shorts, hn::TableLookupBytesOr0(rows, hn::LoadDup128(bytes, order)));
  };
  auto unused = hn::Zero(ints);
  auto sum = hn::Set(ints, 1 << (kWeightBits - 1));
  sum = hn::ReorderWidenMulAccumulate(ints, pairs(kUpper), hn::BitCast(shorts, upper), sum, unused);
  sum = hn::ReorderWidenMulAccumulate(ints, pairs(kLower), hn::BitCast(shorts, lower), sum, unused);
  return hn::ShiftRight<kWeightBits>(sum);
}

// Four pixels; writes 16 bytes, of which 12 are theirs.
void WarpFour(const PixelRows& image, const int* offsets, const int32_t* upper,
              const int32_t* lower, uint8_t* to) {
  alignas(16) static constexpr uint8_t kPacked[16] = {0,  1,  2,  4,  5,     6,     8,     9,
                                                      10, 12, 13, 14, kZero, kZero, kZero, kZero};
  const Bytes bytes;
  const Ints ints;
  const auto rows = [&](int k) { return LoadRows(image.data + offsets[k], image.stride); };
#if HWY_TARGET <= HWY_AVX2
  const hn::FixedTag<uint8_t, 32> two_bytes;
  const hn::FixedTag<int32_t, 8> two_ints;
  const auto both = [&](const int32_t* weights, int k) {
    return hn::Combine(two_ints, hn::Set(ints, weights[k + 2]), hn::Set(ints, weights[k]));
  };
  const auto pixels = [&](int k) {
    return Interpolate(two_ints, hn::Combine(two_bytes, rows(k + 2), rows(k)), both(upper, k),
                       both(lower, k));
  };
  const auto all =
      hn::DemoteTo(bytes, hn::ReorderDemote2To(hn::FixedTag<int16_t, 16>(), pixels(0), pixels(1)));
#else
  const auto pixel = [&](int k) {
    return Interpolate(ints, rows(k), hn::Set(ints, upper[k]), hn::Set(ints, lower[k]));
  };
  const Shorts shorts;
  const auto first = hn::ReorderDemote2To(shorts, pixel(0), pixel(1));
  const auto second = hn::ReorderDemote2To(shorts, pixel(2), pixel(3));
  const auto all =
      hn::Combine(bytes, hn::DemoteTo(HalfBytes(), second), hn::DemoteTo(HalfBytes(), first));
#endif
  hn::StoreU(hn::TableLookupBytesOr0(all, hn::Load(bytes, kPacked)), bytes, to);
}
#else
constexpr bool kHasVectors = false;
void WarpFour(const PixelRows&, const int*, const int32_t*, const int32_t*, uint8_t*) {}
#endif

// A block of a row of the patch, whose positions are (x0 + across[i], y0 + along[i]) in units of
// 1 / kScale; `room` pixels may be written, those behind `count` of any color.
void WarpBlock(const PixelRows& image, int x0, int y0, const int* across, const int* along,
               int count, int64_t room, uint8_t* to) {
  const auto position = [&](int i) {
    return Position{(x0 + across[i]) >> kPositionBits, (y0 + along[i]) >> kPositionBits};
  };
  int i = 0;
  // Positions on a line: if the ends lie inside, all do.
  if (kHasVectors && IsInside(image, position(0)) && IsInside(image, position(count - 1))) {
    // Weights of the left pixel and the right one: those of the upper row, and of the lower one.
    int offsets[kBlock];
    int32_t upper[kBlock], lower[kBlock];
    const int stride = static_cast<int>(image.stride);
    for (int k = 0; k < kBlock; ++k) {
      const int x = (x0 + across[k]) >> kPositionBits, y = (y0 + along[k]) >> kPositionBits;
      offsets[k] = (y >> kPositionBits) * stride + (x >> kPositionBits) * kChannels;
      const int fx = x & (kFraction - 1), fy = y & (kFraction - 1);
      const int pair = (kFraction - fx) | fx << 16;
      upper[k] = pair * (kFraction - fy);
      lower[k] = pair * fy;
    }
    for (; i < count && i + 6 <= room; i += 4) {
      WarpFour(image, offsets + i, upper + i, lower + i, to + i * kChannels);
    }
  }
  for (; i < count; ++i) WarpOne(image, position(i), to + i * kChannels);
}

void WarpAll(const PixelRows& image, const std::array<double, 6>& m, int height, int width,
             uint8_t* patch) {
  const auto scaled = [](double value) { return static_cast<int>(std::lrint(value * kScale)); };
  // Whole blocks are read, of which the last may not be full: it repeats its last pixel.
  std::vector<int> across(static_cast<size_t>(width) + kBlock, scaled(m[0] * (width - 1)));
  std::vector<int> along(across.size(), scaled(m[3] * (width - 1)));
  for (int x = 0; x < width; ++x) {
    across[static_cast<size_t>(x)] = scaled(m[0] * x);
    along[static_cast<size_t>(x)] = scaled(m[3] * x);
  }
  // What a row writes too much is written again by the next one.
  const int64_t size = static_cast<int64_t>(height) * width;
  constexpr int kHalf = 1 << (kPositionBits - 1);
  for (int y = 0; y < height; ++y) {
    const int x0 = scaled(m[1] * y + m[2]) + kHalf, y0 = scaled(m[4] * y + m[5]) + kHalf;
    for (int x = 0; x < width; x += kBlock) {
      const int64_t at = static_cast<int64_t>(y) * width + x;
      WarpBlock(image, x0, y0, across.data() + x, along.data() + x, std::min(kBlock, width - x),
                size - at, patch + at * kChannels);
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
