#include "mmdeploy/op/cuda/cuda.h"
#include "mmdeploy/op/deform_conv/deform_conv.h"

namespace mmdeploy::op::deform_conv {
namespace {

// What the kernels need of a call, by value.
struct Call {
  Options options;
  int64_t channels, height, width;
  int64_t kernel_w, taps;
  int64_t out_width, places;
  const float *input, *offset, *mask;  // of one image; mask may be null

  // `channel` [height, width]; zero outside, also for NaN.
  __device__ float Sample(const float* channel, float y, float x) const {
    if (!(y > -1 && y < height && x > -1 && x < width)) return 0;
    const float y0 = floorf(y), x0 = floorf(x), dy = y - y0, dx = x - x0;
    const auto at = [&](int64_t ty, int64_t tx) {
      const bool inside = ty >= 0 && ty < height && tx >= 0 && tx < width;
      return inside ? channel[ty * width + tx] : 0.f;
    };
    const auto top = static_cast<int64_t>(y0), left = static_cast<int64_t>(x0);
    return (1 - dy) * ((1 - dx) * at(top, left) + dx * at(top, left + 1)) +
           dy * ((1 - dx) * at(top + 1, left) + dx * at(top + 1, left + 1));
  }

  // Samples of one tap at one place for all channels of its group: rows [channel, tap] of columns.
  __device__ void FillColumns(int64_t i, float* columns) const {
    const int64_t place = i % places, tap = i / places % taps, group = i / places / taps;
    const int64_t y = place / out_width, x = place % out_width;
    const int64_t entry = group * taps + tap;
    const float dy = offset[2 * entry * places + place];
    const float dx = offset[(2 * entry + 1) * places + place];
    const float factor = mask ? mask[entry * places + place] : 1.f;
    const float tap_y = static_cast<float>(y * options.stride_h - options.pad_top +
                                           tap / kernel_w * options.dilation_h) +
                        dy;
    const float tap_x = static_cast<float>(x * options.stride_w - options.pad_left +
                                           tap % kernel_w * options.dilation_w) +
                        dx;
    const int64_t size = channels / options.deform_groups;
    for (int64_t c = group * size; c < (group + 1) * size; ++c) {
      columns[(c * taps + tap) * places + place] =
          factor * Sample(input + c * height * width, tap_y, tap_x);
    }
  }
};

constexpr int kTile = 64, kDepth = 16, kPerThread = 4;

// out[m,n] = bias[m] + sum over k of a[m,k] * b[k,n]; all dense, bias may be null. A block makes a
// tile of kTile x kTile, a thread kPerThread x kPerThread of it.
__global__ void MultiplyTiles(const float* a, const float* b, const float* bias, int64_t m,
                              int64_t n, int64_t k, float* out) {
  __shared__ float a_tile[kDepth][kTile + 1], b_tile[kDepth][kTile];
  const int64_t row0 = int64_t{blockIdx.y} * kTile, column0 = int64_t{blockIdx.x} * kTile;
  const int thread = static_cast<int>(threadIdx.x), ty = thread / 16, tx = thread % 16;
  float sums[kPerThread][kPerThread] = {};
  for (int64_t k0 = 0; k0 < k; k0 += kDepth) {
    for (int i = thread; i < kTile * kDepth; i += cuda::kThreads) {
      const int64_t row = row0 + i / kDepth, at = k0 + i % kDepth;
      a_tile[i % kDepth][i / kDepth] = row < m && at < k ? a[row * k + at] : 0.f;
      const int64_t depth = k0 + i / kTile, column = column0 + i % kTile;
      b_tile[i / kTile][i % kTile] = depth < k && column < n ? b[depth * n + column] : 0.f;
    }
    __syncthreads();
    for (int d = 0; d < kDepth; ++d) {
      for (int r = 0; r < kPerThread; ++r) {
        for (int c = 0; c < kPerThread; ++c) {
          sums[r][c] += a_tile[d][ty * kPerThread + r] * b_tile[d][tx + 16 * c];
        }
      }
    }
    __syncthreads();
  }
  for (int r = 0; r < kPerThread; ++r) {
    const int64_t row = row0 + ty * kPerThread + r;
    for (int c = 0; c < kPerThread; ++c) {
      const int64_t column = column0 + tx + 16 * c;
      if (row < m && column < n) out[row * n + column] = sums[r][c] + (bias ? bias[row] : 0.f);
    }
  }
}

Result<void> Multiply(OpContext& context, const float* a, const float* b, const float* bias,
                      int64_t m, int64_t n, int64_t k, float* out) {
  const dim3 blocks(static_cast<unsigned>((n + kTile - 1) / kTile),
                    static_cast<unsigned>((m + kTile - 1) / kTile));
  MultiplyTiles<<<blocks, cuda::kThreads, 0, cuda::StreamOf(context)>>>(a, b, bias, m, n, k, out);
  return cuda::Check(cudaGetLastError(), "start a kernel");
}

}  // namespace

Result<void> RunCuda(const Problem& p, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  if (output.num_elements() == 0) return {};
  const Shape &in = p.input.shape(), &out = output.shape(), &kernel = p.weight.shape();
  const int64_t taps = kernel[2] * kernel[3], places = out[2] * out[3];
  const int64_t rows = out[1] / p.options.groups, depth = kernel[1] * taps;
  MMDEPLOY_TRY(auto columns, cuda::Scratch<float>(context, in[1] * taps * places));
  float* column_data = columns.data<float>();
  for (int64_t n = 0; n < out[0]; ++n) {
    const int64_t entries = p.options.deform_groups * taps * places;
    const Call call{p.options,
                    in[1],
                    in[2],
                    in[3],
                    kernel[3],
                    taps,
                    out[3],
                    places,
                    p.input.data<float>() + n * in[1] * in[2] * in[3],
                    p.offset.data<float>() + n * 2 * entries,
                    p.mask ? p.mask->data<float>() + n * entries : nullptr};
    MMDEPLOY_TRYV(cuda::ForEach(context, entries,
                                [=] __device__(int64_t i) { call.FillColumns(i, column_data); }));
    for (int64_t g = 0; g < p.options.groups; ++g) {
      MMDEPLOY_TRYV(Multiply(context, p.weight.data<float>() + g * rows * depth,
                             column_data + g * depth * places,
                             p.bias ? p.bias->data<float>() + g * rows : nullptr, rows, places,
                             depth, output.data<float>() + (n * out[1] + g * rows) * places));
    }
  }
  return {};
}

}  // namespace mmdeploy::op::deform_conv
