#include <algorithm>
#include <array>
#include <cmath>

#include "mmdeploy/op/grid_sampler/grid_sampler.h"

namespace mmdeploy::op::grid_sampler {

float Reflect(float x, float low, float high) {
  if (low == high) return 0;
  const float span = high - low;
  const float distance = std::fabs(x - low);
  const float rest = std::fmod(distance, span);
  const bool odd = std::fmod(std::floor(distance / span), 2.f) != 0;
  return odd ? high - rest : low + rest;
}

namespace {

// From -1..1 to pixels.
float Unnormalize(float x, int64_t size, bool align_corners) {
  const auto extent = static_cast<float>(size);
  return align_corners ? (x + 1) / 2 * (extent - 1) : ((x + 1) * extent - 1) / 2;
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

struct Volume {
  const float* data;
  const std::array<int64_t, 3>& size;  // width, height, depth

  // False for NaN.
  bool Holds(float x, float y, float z) const {
    const auto holds = [](float at, int64_t size) {
      return at >= 0 && at < static_cast<float>(size);
    };
    return holds(x, size[0]) && holds(y, size[1]) && holds(z, size[2]);
  }
  // 0 outside.
  float At(float x, float y, float z) const {
    if (!Holds(x, y, z)) return 0;
    const auto row = static_cast<int64_t>(z) * size[1] + static_cast<int64_t>(y);
    return data[row * size[0] + static_cast<int64_t>(x)];
  }
};

float Linear(const Volume& volume, float x, float y, float z) {
  const float x0 = std::floor(x), y0 = std::floor(y), z0 = std::floor(z);
  const float dx = x - x0, dy = y - y0, dz = z - z0;
  float sum = 0;
  for (int i = 0; i < 8; ++i) {
    const int right = i & 1, below = i >> 1 & 1, behind = i >> 2;
    const float tx = x0 + static_cast<float>(right), ty = y0 + static_cast<float>(below);
    const float tz = z0 + static_cast<float>(behind);
    // Taps outside count 0 whatever their weight is (infinity for far places).
    if (!volume.Holds(tx, ty, tz)) continue;
    sum += volume.At(tx, ty, tz) * (right ? dx : 1 - dx) * (below ? dy : 1 - dy) *
           (behind ? dz : 1 - dz);
  }
  return sum;
}

// Keys, "Cubic Convolution Interpolation for Digital Image Processing", 1981, with a = -0.75.
std::array<float, 4> CubicWeights(float t) {
  constexpr float a = -0.75f;
  const auto near = [](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
  const auto far = [](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
  return {far(t + 1), near(t), near(1 - t), far(2 - t)};
}

float Cubic(const Volume& image, float x, float y, const Options& options) {
  const float x0 = std::floor(x), y0 = std::floor(y);
  const auto wx = CubicWeights(x - x0), wy = CubicWeights(y - y0);
  float sum = 0;
  for (int i = 0; i < 4; ++i) {
    const float ty = Pad(y0 - 1 + static_cast<float>(i), image.size[1], options);
    float row = 0;
    for (int j = 0; j < 4; ++j) {
      const float tx = Pad(x0 - 1 + static_cast<float>(j), image.size[0], options);
      row += wx[j] * image.At(tx, ty, 0);
    }
    sum += wy[i] * row;
  }
  return sum;
}

float Sample(const Volume& volume, const float* place, int64_t axes, const Options& options) {
  float at[3] = {0, 0, 0};
  for (int64_t i = 0; i < axes; ++i) {
    at[i] = Unnormalize(place[i], volume.size[i], options.align_corners);
  }
  if (options.interpolation == Interpolation::kCubic) return Cubic(volume, at[0], at[1], options);
  for (int64_t i = 0; i < axes; ++i) at[i] = Pad(at[i], volume.size[i], options);
  if (options.interpolation == Interpolation::kLinear) return Linear(volume, at[0], at[1], at[2]);
  const auto round = [](float x) { return std::nearbyint(x); };  // halves to even
  return volume.At(round(at[0]), round(at[1]), round(at[2]));
}

}  // namespace

Result<void> Reference(const Attributes& attributes, OpContext& context) {
  const Options options(attributes);
  const Tensor& input = context.input(0);
  const Tensor& grid = context.input(1);
  MMDEPLOY_TRY(auto output, context.Output(0));
  const Sizes sizes(input, grid);
  float* out = output.data<float>();
  for (int64_t n = 0; n < sizes.batch; ++n) {
    const float* place = grid.data<float>() + n * sizes.places * sizes.axes;
    for (int64_t c = 0; c < sizes.channels; ++c) {
      const Volume volume{input.data<float>() + (n * sizes.channels + c) * sizes.pixels(),
                          sizes.input};
      for (int64_t i = 0; i < sizes.places; ++i) {
        *out++ = Sample(volume, place + i * sizes.axes, sizes.axes, options);
      }
    }
  }
  return {};
}

}  // namespace mmdeploy::op::grid_sampler
