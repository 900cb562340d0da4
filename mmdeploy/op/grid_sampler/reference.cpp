#include <algorithm>
#include <array>
#include <cmath>

#include "mmdeploy/op/grid_sampler/grid_sampler.h"

namespace mmdeploy::op::grid_sampler {
namespace {

// From -1..1 to pixels.
float Unnormalize(float x, int64_t size, bool align_corners) {
  const auto extent = static_cast<float>(size);
  return align_corners ? (x + 1) / 2 * (extent - 1) : ((x + 1) * extent - 1) / 2;
}

// Mirrors x at low and high until it lies between them.
float Reflect(float x, float low, float high) {
  if (low == high) return 0;
  const float span = high - low;
  const float distance = std::fabs(x - low);
  const float rest = std::fmod(distance, span);
  const bool odd = std::fmod(std::floor(distance / span), 2.f) != 0;
  return odd ? high - rest : low + rest;
}

float Clip(float x, int64_t size) {
  // Written so that NaN becomes 0, as torch has it.
  return std::min(static_cast<float>(size - 1), std::max(x, 0.f));
}

// A place within the image, or anywhere with Padding::kZeros.
float Pad(float x, int64_t size, const Options& options) {
  if (options.padding == Padding::kZeros) return x;
  if (options.padding == Padding::kReflection) {
    const auto extent = static_cast<float>(size);
    x = options.align_corners ? Reflect(x, 0, extent - 1) : Reflect(x, -0.5f, extent - 0.5f);
  }
  return Clip(std::isnan(x) ? -1.f : x, size);
}

struct Plane {
  const float* data;
  int64_t height, width;

  // 0 outside; the comparison is false for NaN.
  float At(float y, float x) const {
    const bool inside =
        y >= 0 && y < static_cast<float>(height) && x >= 0 && x < static_cast<float>(width);
    return inside ? data[static_cast<int64_t>(y) * width + static_cast<int64_t>(x)] : 0.f;
  }
};

float Bilinear(const Plane& plane, float y, float x) {
  const float y0 = std::floor(y), x0 = std::floor(x);
  const float dy = y - y0, dx = x - x0;
  float sum = 0;
  // Taps outside count 0 whatever their weight is (infinity for far places).
  const auto add = [&](float ty, float tx, float weight) {
    const bool inside = ty >= 0 && ty < static_cast<float>(plane.height) && tx >= 0 &&
                        tx < static_cast<float>(plane.width);
    if (inside) sum += plane.At(ty, tx) * weight;
  };
  add(y0, x0, (1 - dy) * (1 - dx));
  add(y0, x0 + 1, (1 - dy) * dx);
  add(y0 + 1, x0, dy * (1 - dx));
  add(y0 + 1, x0 + 1, dy * dx);
  return sum;
}

// Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, with a = -0.75.
std::array<float, 4> CubicWeights(float t) {
  constexpr float a = -0.75f;
  const auto near = [](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

float Bicubic(const Plane& plane, float y, float x, const Options& options) {
  const float y0 = std::floor(y), x0 = std::floor(x);
  const auto wy = CubicWeights(y - y0), wx = CubicWeights(x - x0);
  float sum = 0;
  for (int i = 0; i < 4; ++i) {
    const float ty = Pad(y0 - 1 + static_cast<float>(i), plane.height, options);
    float row = 0;
    for (int j = 0; j < 4; ++j) {
      const float tx = Pad(x0 - 1 + static_cast<float>(j), plane.width, options);
      row += wx[j] * plane.At(ty, tx);
    }
    sum += wy[i] * row;
  }
  return sum;
}

float Sample(const Plane& plane, float gx, float gy, const Options& options) {
  float x = Unnormalize(gx, plane.width, options.align_corners);
  float y = Unnormalize(gy, plane.height, options.align_corners);
  if (options.interpolation == Interpolation::kBicubic) return Bicubic(plane, y, x, options);
  x = Pad(x, plane.width, options);
  y = Pad(y, plane.height, options);
  if (options.interpolation == Interpolation::kBilinear) return Bilinear(plane, y, x);
  return plane.At(std::nearbyint(y), std::nearbyint(x));  // halves to even
}

}  // namespace

Result<void> Reference(const Attributes& attributes, OpContext& context) {
  const Options options(attributes);
  const Tensor& input = context.input(0);
  const Tensor& grid = context.input(1);
  MMDEPLOY_TRY(auto output, context.Output(0));
  const int64_t channels = input.shape()[1], height = input.shape()[2], width = input.shape()[3];
  const int64_t places = grid.shape()[1] * grid.shape()[2];
  float* out = output.data<float>();
  for (int64_t n = 0; n < input.shape()[0]; ++n) {
    const float* place = grid.data<float>() + n * places * 2;
    for (int64_t c = 0; c < channels; ++c) {
      const Plane plane{input.data<float>() + (n * channels + c) * height * width, height, width};
      for (int64_t i = 0; i < places; ++i) {
        *out++ = Sample(plane, place[2 * i], place[2 * i + 1], options);
      }
    }
  }
  return {};
}

}  // namespace mmdeploy::op::grid_sampler
