#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/grid_sampler/grid_sampler.h"

namespace mmdeploy::op::grid_sampler {
namespace {

// What is the same for all places, by value.
struct Call {
  int64_t size[3];  // width, height, depth
  int64_t axes;
  Interpolation interpolation;
  Padding padding;
  bool align;

  __device__ float Reflected(float x, float low, float high) const {
    if (low == high) return 0;
    const float span = high - low, distance = fabsf(x - low);
    const float rest = fmodf(distance, span);
    return fmodf(floorf(distance / span), 2.f) != 0 ? high - rest : low + rest;
  }

  // A place within the image, or anywhere with Padding::kZeros.
  __device__ float Padded(float x, int axis) const {
    if (padding == Padding::kZeros) return x;
    const auto extent = static_cast<float>(size[axis]);
    if (padding == Padding::kReflection) {
      x = align ? Reflected(x, 0, extent - 1) : Reflected(x, -0.5f, extent - 0.5f);
    }
    return fminf(extent - 1, fmaxf(x, 0.f));  // NaN becomes 0
  }

  __device__ float Unnormalized(float x, int axis) const {
    const auto extent = static_cast<float>(size[axis]);
    return align ? (x + 1) / 2 * (extent - 1) : ((x + 1) * extent - 1) / 2;
  }

  // 0 outside; the comparisons are false for NaN.
  __device__ float At(const float* data, float x, float y, float z) const {
    const bool inside = x >= 0 && x < size[0] && y >= 0 && y < size[1] && z >= 0 && z < size[2];
    if (!inside) return 0;
    return data[(static_cast<int64_t>(z) * size[1] + static_cast<int64_t>(y)) * size[0] +
                static_cast<int64_t>(x)];
  }

  __device__ float Linear(const float* data, const float* at) const {
    const float x0 = floorf(at[0]), y0 = floorf(at[1]), z0 = floorf(at[2]);
    const float dx = at[0] - x0, dy = at[1] - y0, dz = at[2] - z0;
    float sum = 0;
    for (int i = 0; i < (axes == 2 ? 4 : 8); ++i) {
      const int right = i & 1, below = i >> 1 & 1, behind = i >> 2;
      const float value = At(data, x0 + right, y0 + below, z0 + behind);
      // Taps outside count 0 whatever their weight is (infinity for far places).
      if (value != 0) {
        sum += value * (right ? dx : 1 - dx) * (below ? dy : 1 - dy) * (behind ? dz : 1 - dz);
      }
    }
    return sum;
  }

  // Keys, 1981, with a = -0.75; see reference.cpp.
  __device__ static void CubicWeights(float t, float* w) {
    constexpr float a = -0.75f;
    const auto near = [](float d) { return ((a + 2) * d - (a + 3)) * d * d + 1; };
    const auto far = [](float d) { return ((a * d - 5 * a) * d + 8 * a) * d - 4 * a; };
    w[0] = far(t + 1), w[1] = near(t), w[2] = near(1 - t), w[3] = far(2 - t);
  }

  __device__ float Cubic(const float* data, const float* at) const {
    const float x0 = floorf(at[0]), y0 = floorf(at[1]);
    float wx[4], wy[4], sum = 0;
    CubicWeights(at[0] - x0, wx);
    CubicWeights(at[1] - y0, wy);
    for (int i = 0; i < 4; ++i) {
      const float y = Padded(y0 - 1 + i, 1);
      float row = 0;
      for (int j = 0; j < 4; ++j) row += wx[j] * At(data, Padded(x0 - 1 + j, 0), y, 0);
      sum += wy[i] * row;
    }
    return sum;
  }

  __device__ float Sample(const float* data, const float* place) const {
    float at[3] = {0, 0, 0};
    for (int i = 0; i < axes; ++i) at[i] = Unnormalized(place[i], i);
    if (interpolation == Interpolation::kCubic) return Cubic(data, at);
    for (int i = 0; i < axes; ++i) at[i] = Padded(at[i], i);
    if (interpolation == Interpolation::kLinear) return Linear(data, at);
    return At(data, rintf(at[0]), rintf(at[1]), rintf(at[2]));
  }
};

}  // namespace

Result<void> RunCuda(const Attributes& attributes, OpContext& context) {
  const Options options(attributes);
  const Sizes sizes(context.input(0), context.input(1));
  MMDEPLOY_TRY(auto output, context.Output(0));
  const Call call{{sizes.input[0], sizes.input[1], sizes.input[2]},
                  sizes.axes,
                  options.interpolation,
                  options.padding,
                  options.align_corners};
  const float *input = context.input(0).data<float>(), *grid = context.input(1).data<float>();
  float* out = output.data<float>();
  const int64_t places = sizes.places, channels = sizes.channels, pixels = sizes.pixels();
  return cuda::ForEach(context, output.num_elements(), [=] __device__(int64_t i) {
    const int64_t place = i % places, channel = i / places;
    const int64_t image = channel / channels;
    out[i] = call.Sample(input + channel * pixels, grid + (image * places + place) * call.axes);
  });
}

}  // namespace mmdeploy::op::grid_sampler
