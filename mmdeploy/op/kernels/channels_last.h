#pragma once

#include <vector>

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

// Which pixels are wanted, in blocks of some.
class WantedPixels {
 public:
  static constexpr int64_t kBlock = 32;

  WantedPixels(int64_t images, int64_t pixels)
      : blocks_(BlocksOf(pixels)), wanted_(static_cast<size_t>(images * blocks_)) {}

  // The zero pixel counts.
  static int64_t BlocksOf(int64_t pixels) { return pixels / kBlock + 1; }

  // Pixels first to last of image n.
  void Add(int64_t n, int64_t first, int64_t last) {
    for (int64_t i = first / kBlock; i <= last / kBlock; ++i) {
      wanted_[static_cast<size_t>(n * blocks_ + i)] = 1;
    }
  }
  // Blocks are counted through all images.
  bool HasBlock(int64_t i) const { return wanted_[static_cast<size_t>(i)] != 0; }

 private:
  int64_t blocks_;
  std::vector<uint8_t> wanted_;
};

// From an image [N,C,...] whose other dimensions count as pixels. Pixels that are not wanted may be
// left as they are, all but the zero pixel; nullptr wants all. Errors: kOutOfMemory; kOutOfRange
// for too many pixels.
Result<ChannelsLast> ToChannelsLast(OpContext& context, const Tensor& images,
                                    const WantedPixels* wanted = nullptr);

// Of an image whose pixels are counted in 32 bits. Errors: kOutOfRange.
Result<void> CheckPixels(int64_t pixels);

}  // namespace mmdeploy::op
