#include <algorithm>

#include "mmdeploy/op/deform_conv/deform_conv.h"
#include "mmdeploy/op/kernels/bilinear.h"
#include "mmdeploy/op/kernels/channels_last.h"
#include "mmdeploy/op/kernels/gemm.h"
#include "mmdeploy/op/kernels/transpose.h"

// A block of output pixels at a time, all of whose data fits the second cache: for each tap of the
// kernel, or a few of them, the block is sampled, whole vectors of channels at once, and multiplied
// with the weights of these taps.
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
  // Places of a block with room for whole vectors.
  int64_t padded_block() const { return PadChannels(block); }
  int64_t group_weights() const { return taps * group_in * group_columns; }
};

// weight [O, C / groups, taps] as panels [groups, panels, taps, C / groups, panel columns].
Result<Tensor> PackWeights(const Problem& p, const Sizes& sizes, OpContext& context) {
  const int64_t panel = GemmPanelColumns(), panels = sizes.group_columns / panel;
  const int64_t rows = sizes.group_in * sizes.taps;
  MMDEPLOY_TRY(auto packed,
               context.Scratch(DataType::kFloat32, {p.options.groups, sizes.group_weights()}));
  const auto pack = [&](int64_t i) -> Result<void> {
    constexpr int64_t kRows = 128;  // that stay in the first cache between two steps
    alignas(64) float turned[kRows * kGemmMaxPanelColumns] = {};
    const int64_t group = i / panels, first = i % panels * panel;
    const int64_t count = std::clamp<int64_t>(sizes.group_out - first, 0, panel);
    const float* from = p.weight.data<float>() + (group * sizes.group_out + first) * rows;
    float* to = packed.data<float>() + i * rows * panel;
    for (int64_t begin = 0; begin < rows; begin += kRows) {
      const int64_t end = std::min(begin + kRows, rows);
      Transpose(from + begin, rows, count, end - begin, turned, panel);
      for (int64_t row = begin; row < end; ++row) {
        const int64_t c = row / sizes.taps, tap = row % sizes.taps;
        std::copy_n(turned + (row - begin) * panel, panel, to + (tap * sizes.group_in + c) * panel);
      }
    }
    return {};
  };
  MMDEPLOY_TRYV(context.ParallelFor(p.options.groups * panels, pack));
  return packed;
}

class Block {
 public:
  Block(const Problem& p, const Sizes& sizes, const ChannelsLast& images, const Tensor& weights,
        float* scratch, int64_t n, int64_t begin)
      : p_(p),
        sizes_(sizes),
        image_(images.image(n)),
        weights_(weights.data<float>()),
        n_(n),
        begin_(begin),
        count_(std::min(sizes.block, sizes.out_pixels() - begin)),
        sums_(scratch),
        samples_(sums_ + sizes.block * sizes.columns),
        ys_(samples_ + sizes.block * kGemmStride),
        xs_(ys_ + sizes.padded_block()),
        tap_weights_(xs_ + sizes.padded_block()),
        tap_pixels_(reinterpret_cast<int32_t*>(tap_weights_ + p.options.deform_groups * 4 *
                                                                  sizes.padded_block())) {}

  // Floats that a block needs.
  static int64_t ScratchSize(const Problem& p, const Sizes& sizes) {
    return sizes.block * (sizes.columns + kGemmStride) +
           sizes.padded_block() * (2 + p.options.deform_groups * 8);
  }

  void Run(float* out) {
    Start();
    // Groups have their weights apart, so that only one tap of them lies together.
    const int64_t step =
        p_.options.groups > 1
            ? 1
            : std::max<int64_t>(1, kGemmDepth / std::max<int64_t>(1, sizes_.channels));
    for (int64_t tap = 0; tap < sizes_.taps; tap += step) {
      const int64_t tap_end = std::min(tap + step, sizes_.taps);
      for (int64_t c = 0; c < sizes_.channels; c += kGemmDepth) {
        const int64_t end = std::min(c + kGemmDepth, sizes_.channels);
        for (int64_t t = tap; t < tap_end; ++t) {
          for (int64_t d = 0; c == 0 && d < p_.options.deform_groups; ++d) FindPlaces(t, d);
          Sample(c, end, samples_ + (t - tap) * (end - c));
        }
        Multiply(tap, tap_end - tap, c, end);
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
  // The sums begin with the bias; samples beyond count_ are multiplied as well.
  void Start() {
    std::fill_n(sums_, sizes_.columns, 0.f);
    for (int64_t g = 0; p_.bias && g < p_.options.groups; ++g) {
      std::copy_n(p_.bias->data<float>() + g * sizes_.group_out, sizes_.group_out,
                  sums_ + g * sizes_.group_columns);
    }
    for (int64_t i = 1; i < sizes_.block; ++i) {
      std::copy_n(sums_, sizes_.columns, sums_ + i * sizes_.columns);
    }
    std::fill(samples_ + count_ * kGemmStride, samples_ + sizes_.block * kGemmStride, 0.f);
    for (int64_t i = 0; i < count_; ++i) {
      const int64_t y = (begin_ + i) / sizes_.out_width, x = (begin_ + i) % sizes_.out_width;
      ys_[i] = static_cast<float>(y * p_.options.stride_h);
      xs_[i] = static_cast<float>(x * p_.options.stride_w);
    }
  }

  // Where one tap of one deformable group looks, for each pixel of the block.
  void FindPlaces(int64_t tap, int64_t deform_group) {
    const Options& options = p_.options;
    const int64_t plane = sizes_.out_pixels();
    const int64_t channel = (n_ * options.deform_groups + deform_group) * sizes_.taps + tap;
    const float* offset = p_.offset.data<float>() + 2 * channel * plane + begin_;
    const int64_t top = tap / sizes_.kernel_w * options.dilation_h - options.pad_top;
    const int64_t left = tap % sizes_.kernel_w * options.dilation_w - options.pad_left;
    const int64_t first = 4 * deform_group * sizes_.padded_block();
    BilinearTaps(
        {ys_, xs_, static_cast<float>(top), static_cast<float>(left), offset, offset + plane},
        p_.mask ? p_.mask->data<float>() + channel * plane + begin_ : nullptr, count_,
        sizes_.height, sizes_.width, sizes_.padded_block(), tap_pixels_ + first,
        tap_weights_ + first);
  }

  // Channels from `begin` to `end`. Vectors reach into the next deformable group, which comes
  // after and mends that.
  void Sample(int64_t begin, int64_t end, float* samples) {
    const int64_t group_size = sizes_.channels / p_.options.deform_groups;
    for (int64_t c = begin; c < end;) {
      const int64_t group = c / group_size;
      const int64_t group_end = std::min(end, (group + 1) * group_size);
      const int64_t first = 4 * group * sizes_.padded_block();
      GatherSum({image_.image + c, image_.stride, PadChannels(group_end - c)},
                {tap_pixels_ + first, tap_weights_ + first, 1, sizes_.padded_block(), 4}, count_,
                samples + (c - begin), kGemmStride);
      c = group_end;
    }
  }

  // `taps` taps from `tap` on, 1 if there are groups.
  void Multiply(int64_t tap, int64_t taps, int64_t begin, int64_t end) {
    const int64_t panel = GemmPanelColumns();
    for (int64_t c = begin; c < end;) {
      const int64_t group = c / sizes_.group_in;
      const int64_t group_end = std::min(end, (group + 1) * sizes_.group_in);
      const int64_t row = tap * sizes_.group_in + c % sizes_.group_in;
      GemmAdd({samples_ + (c - begin), count_, taps * (group_end - c),
               weights_ + group * sizes_.group_weights() + row * panel,
               sizes_.taps * sizes_.group_in * panel, sizes_.group_columns,
               sums_ + group * sizes_.group_columns, sizes_.columns});
      c = group_end;
    }
  }

  const Problem& p_;
  const Sizes& sizes_;
  const PixelRows image_;
  const float* weights_;
  const int64_t n_, begin_, count_;
  float* sums_;      // [block, columns]
  float* samples_;   // [block, kGemmStride]
  float *ys_, *xs_;  // of each pixel, without tap and offset
  // [deform_groups, 4, padded block]
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
    MMDEPLOY_TRY(auto scratch, context.Scratch(DataType::kFloat32, {Block::ScratchSize(p, sizes)}));
    Block(p, sizes, images, weights, scratch.data<float>(), i / blocks, i % blocks * sizes.block)
        .Run(output.data<float>());
    return {};
  });
}

}  // namespace mmdeploy::op::deform_conv
