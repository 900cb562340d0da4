#include <cmath>

#include "mmdeploy/op/deform_conv/deform_conv.h"

namespace mmdeploy::op::deform_conv {
namespace {

// `channel` [height, width]; zero outside, also for NaN.
double Sample(const float* channel, int64_t height, int64_t width, float y, float x) {
  const auto h = static_cast<float>(height), w = static_cast<float>(width);
  if (!(y > -1 && y < h && x > -1 && x < w)) return 0;
  const auto y0 = static_cast<int64_t>(std::floor(y)), x0 = static_cast<int64_t>(std::floor(x));
  const float dy = y - std::floor(y), dx = x - std::floor(x);
  double sum = 0;
  const auto add = [&](int64_t ty, int64_t tx, float weight) {
    if (ty < 0 || ty >= height || tx < 0 || tx >= width) return;
    sum += static_cast<double>(weight) * channel[ty * width + tx];
  };
  add(y0, x0, (1 - dy) * (1 - dx));
  add(y0, x0 + 1, (1 - dy) * dx);
  add(y0 + 1, x0, dy * (1 - dx));
  add(y0 + 1, x0 + 1, dy * dx);
  return sum;
}

// What one channel gives to one element of the output.
double SumOfTaps(const Problem& p, int64_t n, int64_t c, int64_t y, int64_t x,
                 const float* weights) {
  const Shape& in = p.input.shape();
  const Shape& places = p.offset.shape();
  const int64_t kernel_h = p.weight.shape()[2], kernel_w = p.weight.shape()[3];
  const int64_t plane = places[2] * places[3], place = y * places[3] + x;
  const int64_t group = c / (in[1] / p.options.deform_groups);
  const float* channel = p.input.data<float>() + (n * in[1] + c) * in[2] * in[3];
  double sum = 0;
  for (int64_t i = 0; i < kernel_h; ++i) {
    for (int64_t j = 0; j < kernel_w; ++j) {
      const int64_t all = p.options.deform_groups * kernel_h * kernel_w;
      const int64_t tap = n * all + (group * kernel_h + i) * kernel_w + j;
      const float* offset = p.offset.data<float>() + 2 * tap * plane + place;
      const float mask = p.mask ? p.mask->data<float>()[tap * plane + place] : 1.f;
      const int64_t tap_y = y * p.options.stride_h - p.options.pad_top + i * p.options.dilation_h;
      const int64_t tap_x = x * p.options.stride_w - p.options.pad_left + j * p.options.dilation_w;
      sum += Sample(channel, in[2], in[3], static_cast<float>(tap_y) + offset[0],
                    static_cast<float>(tap_x) + offset[plane]) *
             mask * weights[i * kernel_w + j];
    }
  }
  return sum;
}

}  // namespace

Result<void> Reference(const Problem& p, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  const Shape& shape = output.shape();
  const int64_t group_in = p.weight.shape()[1], group_out = shape[1] / p.options.groups;
  const int64_t taps = p.weight.shape()[2] * p.weight.shape()[3];
  float* out = output.data<float>();
  for (int64_t n = 0; n < shape[0]; ++n) {
    for (int64_t o = 0; o < shape[1]; ++o) {
      for (int64_t y = 0; y < shape[2]; ++y) {
        for (int64_t x = 0; x < shape[3]; ++x) {
          double sum = p.bias ? p.bias->data<float>()[o] : 0.f;
          for (int64_t i = 0; i < group_in; ++i) {
            const float* weights = p.weight.data<float>() + (o * group_in + i) * taps;
            sum += SumOfTaps(p, n, o / group_out * group_in + i, y, x, weights);
          }
          *out++ = static_cast<float>(sum);
        }
      }
    }
  }
  return {};
}

}  // namespace mmdeploy::op::deform_conv
