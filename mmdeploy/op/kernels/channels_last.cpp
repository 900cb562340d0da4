#include "mmdeploy/op/kernels/channels_last.h"

#include <algorithm>
#include <limits>

#include "mmdeploy/op/kernels/transpose.h"

namespace mmdeploy::op {

Result<void> CheckPixels(int64_t pixels) {
  MMDEPLOY_ENSURE(pixels < std::numeric_limits<int32_t>::max(), Code::kOutOfRange,
                  "an image has {} pixels, allowed: less than 2^31 - 1", pixels);
  return {};
}

Result<ChannelsLast> ToChannelsLast(OpContext& context, const Tensor& images,
                                    const WantedPixels* wanted) {
  constexpr int64_t kBlock = WantedPixels::kBlock;
  const int64_t count = images.shape()[0], channels = images.shape()[1];
  ChannelsLast result;
  result.pixels = 1;
  for (size_t i = 2; i < images.shape().size(); ++i) result.pixels *= images.shape()[i];
  MMDEPLOY_TRYV(CheckPixels(result.pixels));
  const int64_t pixels = result.pixels, stride = PadChannels(channels);
  result.stride = stride;
  const int64_t size = count * (pixels + 1) * stride;
  MMDEPLOY_TRY(result.data, context.Scratch(DataType::kFloat32, {size + kChannelBlock}));
  std::fill_n(result.data.data<float>() + size, kChannelBlock, 0.f);
  const int64_t blocks = WantedPixels::BlocksOf(pixels);
  const float* in = images.data<float>();
  float* out = result.data.data<float>();
  MMDEPLOY_TRYV(context.ParallelFor(count * blocks, [&](int64_t i) -> Result<void> {
    const int64_t n = i / blocks, begin = i % blocks * kBlock;
    const int64_t end = std::min(begin + kBlock, pixels);
    const bool is_last = begin + kBlock > pixels;
    if (wanted && !wanted->HasBlock(i) && !is_last) return {};
    float* to = out + (n * (pixels + 1) + begin) * stride;
    Transpose(in + n * channels * pixels + begin, pixels, channels, end - begin, to, stride);
    for (int64_t p = 0; p < end - begin && channels < stride; ++p) {
      std::fill(to + p * stride + channels, to + (p + 1) * stride, 0.f);
    }
    if (is_last) std::fill_n(out + (n * (pixels + 1) + pixels) * stride, stride, 0);
    return {};
  }));
  return result;
}

}  // namespace mmdeploy::op
