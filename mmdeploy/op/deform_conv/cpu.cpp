#include <algorithm>
#include <cmath>

#include "mmdeploy/op/deform_conv/deform_conv.h"
#include "mmdeploy/op/kernels/channels_last.h"
#include "mmdeploy/op/kernels/gemm.h"
#include "mmdeploy/op/kernels/transpose.h"

// A block of output pixels at a time, all of whose data fits the second cache: for each tap of the
// kernel the block is sampled, whole vectors of channels at once, and multiplied with that tap's
// weights.
namespace mmdeploy::op::deform_conv {
namespace {

struct Sizes {
  int64_t channels, height, width;  // of the input
  int64_t out_channels, out_height, out_width;
  int64_t kernel_w, taps;
  int64_t group_in, group_out;  // channels of one group
  int64_t group_columns;        // group_out, padded for the matrix product
  int64_t columns;              // of all groups
  int64_t block;                // output pixels that are calculated together

  Sizes(const Problem& p, const Shape& out)
      : channels(p.input.shape()[1]),
        height(p.input.shape()[2]),
        width(p.input.shape()[3]),
        out_channels(out[1]),
        out_height(out[2]),
        out_width(out[3]),
        kernel_w(p.weight.shape()[3]),
        taps(p.weight.shape()[2] * kernel_w),
        group_in(p.weight.shape()[1]),
        group_out(out_channels / p.options.groups),
        group_columns(GemmPadColumns(group_out)),
        columns(p.options.groups * group_columns) {
    constexpr int64_t kSums = 1 << 16;
    constexpr int64_t kMaxTiles = 6;
    const int64_t tiles = kSums / std::max<int64_t>(1, columns * kGemmTileRows);
    block = kGemmTileRows * std::clamp<int64_t>(tiles, 1, kMaxTiles);
  }

  int64_t out_pixels() const { return out_height * out_width; }
  // Weights of one tap of one group.
  int64_t tap_weights() const { return group_in * group_columns; }
};

// weight [O, C / groups, taps] as panels [groups, taps, panels, C / groups, panel columns].
Result<Tensor> PackWeights(const Problem& p, const Sizes& sizes, OpContext& context) {
  const int64_t panel = GemmPanelColumns(), panels = sizes.group_columns / panel;
  const int64_t rows = sizes.group_in * sizes.taps;
  MMDEPLOY_TRY(auto packed, context.Scratch(DataType::kFloat32,
                                            {p.options.groups, sizes.taps, sizes.tap_weights()}));
  const auto pack = [&](int64_t i) -> Result<void> {
    const int64_t group = i / panels, first = i % panels * panel;
    const int64_t count = std::clamp<int64_t>(sizes.group_out - first, 0, panel);
    MMDEPLOY_TRY(const auto turned, context.Scratch(DataType::kFloat32, {rows, panel}));
    float* from = turned.data<float>();
    if (count < panel) std::fill_n(from, rows * panel, 0.f);
    Transpose(p.weight.data<float>() + (group * sizes.group_out + first) * rows, rows, count, rows,
              from, panel);
    float* to =
        packed.data<float>() + group * sizes.taps * sizes.tap_weights() + first * sizes.group_in;
    for (int64_t c = 0; c < sizes.group_in; ++c) {
      for (int64_t t = 0; t < sizes.taps; ++t, from += panel) {
        std::copy_n(from, panel, to + t * sizes.tap_weights() + c * panel);
      }
    }
    return {};
  };
  MMDEPLOY_TRYV(context.ParallelFor(p.options.groups * panels, pack));
  return packed;
}

// The four pixels around a place and their weights; `outside` with weight 0 for those that are
// not in the image.
void FourTaps(const Sizes& sizes, float y, float x, float factor, int32_t* pixels, float* weights) {
  const auto outside = static_cast<int32_t>(sizes.height * sizes.width);
  std::fill_n(pixels, 4, outside);
  std::fill_n(weights, 4, 0.f);
  if (!(y > -1 && y < static_cast<float>(sizes.height) && x > -1 &&
        x < static_cast<float>(sizes.width))) {
    return;
  }
  const float floor_y = std::floor(y), floor_x = std::floor(x);
  const float dy = y - floor_y, dx = x - floor_x;
  const auto y0 = static_cast<int32_t>(floor_y), x0 = static_cast<int32_t>(floor_x);
  const auto height = static_cast<int32_t>(sizes.height), width = static_cast<int32_t>(sizes.width);
  const auto set = [&](int i, int32_t ty, int32_t tx, float weight) {
    if (ty < 0 || ty >= height || tx < 0 || tx >= width) return;
    pixels[i] = ty * width + tx;
    weights[i] = weight;
  };
  set(0, y0, x0, factor * (1 - dy) * (1 - dx));
  set(1, y0, x0 + 1, factor * (1 - dy) * dx);
  set(2, y0 + 1, x0, factor * dy * (1 - dx));
  set(3, y0 + 1, x0 + 1, factor * dy * dx);
}

class Block {
 public:
  Block(const Problem& p, const Sizes& sizes, const ChannelsLast& images, const Tensor& weights,
        const Tensor& scratch, int64_t n, int64_t begin)
      : p_(p),
        sizes_(sizes),
        image_(images.image(n)),
        weights_(weights.data<float>()),
        n_(n),
        begin_(begin),
        count_(std::min(sizes.block, sizes.out_pixels() - begin)),
        sums_(scratch.data<float>()),
        samples_(sums_ + sizes.block * sizes.columns),
        tap_weights_(samples_ + sizes.block * kGemmStride),
        tap_pixels_(
            reinterpret_cast<int32_t*>(tap_weights_ + p.options.deform_groups * 4 * sizes.block)) {}

  // Floats that a block needs.
  static int64_t ScratchSize(const Problem& p, const Sizes& sizes) {
    return sizes.block * (sizes.columns + kGemmStride + p.options.deform_groups * 8);
  }

  void Run(float* out) {
    FillWithBias();
    for (int64_t tap = 0; tap < sizes_.taps; ++tap) {
      for (int64_t d = 0; d < p_.options.deform_groups; ++d) FindPlaces(tap, d);
      for (int64_t c = 0; c < sizes_.channels; c += kGemmDepth) {
        const int64_t end = std::min(c + kGemmDepth, sizes_.channels);
        Sample(c, end);
        Multiply(tap, c, end);
      }
    }
    for (int64_t g = 0; g < p_.options.groups; ++g) {
      Transpose(
          sums_ + g * sizes_.group_columns, sizes_.columns, count_, sizes_.group_out,
          out + (n_ * sizes_.out_channels + g * sizes_.group_out) * sizes_.out_pixels() + begin_,
          sizes_.out_pixels());
    }
  }

 private:
  void FillWithBias() {
    std::fill_n(sums_, sizes_.columns, 0.f);
    for (int64_t g = 0; p_.bias && g < p_.options.groups; ++g) {
      std::copy_n(p_.bias->data<float>() + g * sizes_.group_out, sizes_.group_out,
                  sums_ + g * sizes_.group_columns);
    }
    for (int64_t i = 1; i < sizes_.block; ++i) {
      std::copy_n(sums_, sizes_.columns, sums_ + i * sizes_.columns);
    }
    // Rows beyond count_ are multiplied as well.
    std::fill(samples_ + count_ * kGemmStride, samples_ + sizes_.block * kGemmStride, 0.f);
  }

  // Where one tap of one deformable group looks, for each pixel of the block.
  void FindPlaces(int64_t tap, int64_t deform_group) {
    const Options& options = p_.options;
    const int64_t plane = sizes_.out_pixels();
    const int64_t channel =
        ((n_ * options.deform_groups + deform_group) * sizes_.taps + tap) * plane + begin_;
    const float* offset_y = p_.offset.data<float>() + 2 * channel - begin_;
    const float* mask = p_.mask ? p_.mask->data<float>() + channel : nullptr;
    const int64_t top = tap / sizes_.kernel_w * options.dilation_h - options.pad_top;
    const int64_t left = tap % sizes_.kernel_w * options.dilation_w - options.pad_left;
    int64_t y = begin_ / sizes_.out_width, x = begin_ % sizes_.out_width;
    for (int64_t i = 0; i < count_; ++i) {
      const int64_t at = 4 * (deform_group * sizes_.block + i);
      FourTaps(sizes_, static_cast<float>(y * options.stride_h + top) + offset_y[i],
               static_cast<float>(x * options.stride_w + left) + offset_y[plane + i],
               mask ? mask[i] : 1.f, tap_pixels_ + at, tap_weights_ + at);
      if (++x < sizes_.out_width) continue;
      x = 0;
      ++y;
    }
  }

  // Channels from `begin` to `end`. Vectors reach into the next deformable group, which comes
  // after and mends that.
  void Sample(int64_t begin, int64_t end) {
    const int64_t group_size = sizes_.channels / p_.options.deform_groups;
    for (int64_t c = begin; c < end;) {
      const int64_t group = c / group_size;
      const int64_t group_end = std::min(end, (group + 1) * group_size);
      const int64_t first = 4 * group * sizes_.block;
      GatherSum({image_.image + c, image_.stride, PadChannels(group_end - c)},
                {tap_pixels_ + first, tap_weights_ + first, 4, 1, 4}, count_,
                samples_ + (c - begin), kGemmStride);
      c = group_end;
    }
  }

  void Multiply(int64_t tap, int64_t begin, int64_t end) {
    const int64_t panel = GemmPanelColumns();
    for (int64_t c = begin; c < end;) {
      const int64_t group = c / sizes_.group_in;
      const int64_t group_end = std::min(end, (group + 1) * sizes_.group_in);
      const float* weights = weights_ + (group * sizes_.taps + tap) * sizes_.tap_weights();
      GemmAdd({samples_ + (c - begin), count_, group_end - c, weights + c % sizes_.group_in * panel,
               sizes_.group_in * panel, sizes_.group_columns, sums_ + group * sizes_.group_columns,
               sizes_.columns});
      c = group_end;
    }
  }

  const Problem& p_;
  const Sizes& sizes_;
  const PixelRows image_;
  const float* weights_;
  const int64_t n_, begin_, count_;
  float* sums_;     // [block, columns]
  float* samples_;  // [block, kGemmStride]
  // [deform_groups, block, 4]
  float* tap_weights_;
  int32_t* tap_pixels_;
};

}  // namespace

Result<void> Run(const Problem& p, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  if (output.num_elements() == 0) return {};
  const Sizes sizes(p, output.shape());
  MMDEPLOY_TRY(const auto images, ToChannelsLast(context, p.input));
  MMDEPLOY_TRY(const auto weights, PackWeights(p, sizes, context));
  const int64_t blocks = (sizes.out_pixels() + sizes.block - 1) / sizes.block;
  return context.ParallelFor(output.shape()[0] * blocks, [&](int64_t i) -> Result<void> {
    MMDEPLOY_TRY(const auto scratch,
                 context.Scratch(DataType::kFloat32, {Block::ScratchSize(p, sizes)}));
    Block(p, sizes, images, weights, scratch, i / blocks, i % blocks * sizes.block)
        .Run(output.data<float>());
    return {};
  });
}

}  // namespace mmdeploy::op::deform_conv
