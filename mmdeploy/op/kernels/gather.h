#pragma once

#include <cstdint>

// Weighted sums of pixels: what all sampling comes down to.

namespace mmdeploy::op {

// Images with channels last have them padded to a multiple of this, for every instruction set.
constexpr int64_t kChannelBlock = 16;
inline int64_t PadChannels(int64_t channels) {
  return (channels + kChannelBlock - 1) / kChannelBlock * kChannelBlock;
}

// Tap t of point i is pixels[i * point_step + t * tap_step], with the weight at the same place.
struct Taps {
  const int32_t* pixels;
  const float* weights;
  int64_t point_step, tap_step;
  int64_t count;  // taps of each point
};

// Which channels of an image with channels last: image[pixel * stride + c], 0 <= c < channels.
struct PixelRows {
  const float* image;
  int64_t stride;
  int64_t channels;  // a multiple of kChannelBlock
};

// out[i * out_stride + c] = sum over t of weight(i, t) * pixel(i, t)[c].
void GatherSum(const PixelRows& rows, const Taps& taps, int64_t points, float* out,
               int64_t out_stride);

// Taps are samples of 4: the largest of their sums. 4 taps or more.
void GatherMax(const PixelRows& rows, const Taps& taps, int64_t points, float* out,
               int64_t out_stride);

// The same sum over one plane that has a pixel; point_step is 1. Pixels below 0 count 0. There are
// taps for PadChannels(points).
void GatherPlane(const float* plane, const Taps& taps, int64_t points, float* out);

}  // namespace mmdeploy::op
