#pragma once

#include "mmdeploy/op/kernels/gather.h"
#include "mmdeploy/op/op.h"

namespace mmdeploy::op {

// Images with the channels of a pixel beside each other, so that sampling reads whole vectors. The
// pixel after the last one is zero: what lies outside.
struct ChannelsLast {
  Tensor data;  // [N, pixels + 1, stride] and kChannelBlock zeros, for vectors that start late
  int64_t pixels = 0;
  int64_t stride = 0;  // PadChannels(C); channels from C on are zero

  PixelRows image(int64_t n) const {
    return {data.data<float>() + n * (pixels + 1) * stride, stride, stride};
  }
};

// From an image [N,C,...] whose other dimensions count as pixels. Errors: kOutOfMemory;
// kOutOfRange for more than 2^31 - 2 pixels.
Result<ChannelsLast> ToChannelsLast(OpContext& context, const Tensor& images);

// One of the images where taps of 32 bits fit. Errors: kOutOfRange.
Result<void> CheckPixels(int64_t pixels);

}  // namespace mmdeploy::op
