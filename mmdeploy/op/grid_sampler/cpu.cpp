#include <algorithm>

#include "mmdeploy/op/grid_sampler/grid_sampler.h"
#include "mmdeploy/op/kernels/channels_last.h"
#include "mmdeploy/op/kernels/transpose.h"

// Places become lists of pixels and weights, a block at a time, with vectors over the places. Then
// either each channel is gathered plane by plane or, with many channels, whole vectors of channels
// are read from an image with channels last.

// LoadInterleaved and arrays of vectors are for vectors of known length.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/grid_sampler/cpu.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_OP_GRID_SAMPLER_CPU_ONCE
#define MMDEPLOY_OP_GRID_SAMPLER_CPU_ONCE
namespace mmdeploy::op::grid_sampler {

// Places that are sampled together.
constexpr int64_t kBlock = 128;
constexpr int64_t kMaxTaps = 16;

struct BlockTaps {
  alignas(64) int32_t pixels[kMaxTaps * kBlock];  // [taps, kBlock]
  alignas(64) float weights[kMaxTaps * kBlock];

  Taps taps(int64_t count) const { return {pixels, weights, 1, kBlock, count}; }
};

// What the places of one call have in common.
struct Places {
  Options options;
  Sizes sizes;
  int32_t outside;  // the pixel of taps that are not in the image
};

}  // namespace mmdeploy::op::grid_sampler
#endif  // MMDEPLOY_OP_GRID_SAMPLER_CPU_ONCE

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op::grid_sampler {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using I32 = hn::CappedTag<int32_t, 16>;
using VF = hn::Vec<F32>;
using VI = hn::Vec<I32>;

constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(F32()));

// The taps of one axis, of as many places as a vector has lanes.
struct AxisTap {
  VF weight;
  VI index;  // 0 outside
  hn::Mask<F32> inside;
};

HWY_INLINE VF Unnormalize(VF x, int64_t size, bool align_corners) {
  const F32 d;
  const auto extent = static_cast<float>(size);
  const auto half = hn::Set(d, 0.5f), one = hn::Set(d, 1);
  x = hn::Add(x, one);
  if (align_corners) return hn::Mul(hn::Mul(x, half), hn::Set(d, extent - 1));
  return hn::Mul(hn::Sub(hn::Mul(x, hn::Set(d, extent)), one), half);
}

HWY_INLINE VF ReflectAt(VF x, float low, float high) {
  const F32 d;
  if (low == high) return hn::Zero(d);
  const auto span = hn::Set(d, high - low);
  const auto distance = hn::Abs(hn::Sub(x, hn::Set(d, low)));
  const auto count = hn::Floor(hn::Div(distance, span));
  // Beyond that the rest below would not be exact.
  const auto near = hn::Lt(count, hn::Set(d, 1 << 16));
  if (HWY_UNLIKELY(!hn::AllTrue(d, near))) {
    HWY_ALIGN float lanes[kLanes];
    hn::Store(x, d, lanes);
    for (float& lane : lanes) lane = Reflect(lane, low, high);
    return hn::Load(d, lanes);
  }
  const auto rest = hn::NegMulAdd(count, span, distance);
  const auto half = hn::Mul(count, hn::Set(d, 0.5f));
  const auto even = hn::Eq(hn::Floor(half), half);
  return hn::IfThenElse(even, hn::Add(hn::Set(d, low), rest), hn::Sub(hn::Set(d, high), rest));
}

// A place within the image.
HWY_NOINLINE VF PadInto(VF x, int64_t size, const Options& options) {
  const F32 d;
  const auto extent = static_cast<float>(size);
  if (options.padding == Padding::kReflection) {
    x = options.align_corners ? ReflectAt(x, 0, extent - 1) : ReflectAt(x, -0.5f, extent - 0.5f);
  }
  x = hn::IfThenElse(hn::IsNaN(x), hn::Set(d, -1), x);
  return hn::Min(hn::Set(d, extent - 1), hn::Max(x, hn::Zero(d)));
}

HWY_INLINE VF Pad(VF x, int64_t size, const Options& options) {
  return options.padding == Padding::kZeros ? x : PadInto(x, size, options);
}

// `at` is a whole number.
HWY_INLINE AxisTap TapAt(VF at, VF weight, int64_t size) {
  const F32 d;
  const auto inside =
      hn::And(hn::Ge(at, hn::Zero(d)), hn::Lt(at, hn::Set(d, static_cast<float>(size))));
  return {weight, hn::ConvertTo(I32(), hn::IfThenElseZero(inside, at)), inside};
}

HWY_INLINE void NearestTaps(VF at, int64_t size, const Options& options, AxisTap* taps) {
  taps[0] = TapAt(hn::Round(Pad(at, size, options)), hn::Set(F32(), 1), size);
}

HWY_INLINE void LinearTaps(VF at, int64_t size, const Options& options, AxisTap* taps) {
  const F32 d;
  const auto one = hn::Set(d, 1);
  at = Pad(at, size, options);
  const auto first = hn::Floor(at);
  const auto rest = hn::Sub(at, first);
  taps[0] = TapAt(first, hn::Sub(one, rest), size);
  taps[1] = TapAt(hn::Add(first, one), rest, size);
  // Far places have weights that are no numbers.
  for (int i = 0; i < 2; ++i) taps[i].weight = hn::IfThenElseZero(taps[i].inside, taps[i].weight);
}

// Weights as in reference.cpp.
HWY_INLINE void CubicTaps(VF at, int64_t size, const Options& options, AxisTap* taps) {
  const F32 d;
  const auto set = [&](float x) HWY_ATTR { return hn::Set(d, x); };
  constexpr float a = -0.75f;
  const auto near = [&](VF t) HWY_ATTR {
    const auto square = hn::Mul(t, t);
    return hn::MulAdd(hn::MulAdd(set(a + 2), t, set(-(a + 3))), square, set(1));
  };
  const auto far = [&](VF t) HWY_ATTR {
    return hn::MulAdd(hn::MulAdd(hn::MulAdd(set(a), t, set(-5 * a)), t, set(8 * a)), t,
                      set(-4 * a));
  };
  const auto first = hn::Floor(at);
  const auto t = hn::Sub(at, first);
  const VF weights[4] = {far(hn::Add(t, set(1))), near(t), near(hn::Sub(set(1), t)),
                         far(hn::Sub(set(2), t))};
  for (int i = 0; i < 4; ++i) {
    const auto place = hn::Add(first, set(static_cast<float>(i - 1)));
    taps[i] = TapAt(Pad(place, size, options), weights[i], size);
  }
}

template <Interpolation kInterpolation>
HWY_INLINE void AxisTaps(VF x, int64_t size, const Options& options, AxisTap* taps) {
  const auto at = Unnormalize(x, size, options.align_corners);
  if constexpr (kInterpolation == Interpolation::kNearest) NearestTaps(at, size, options, taps);
  if constexpr (kInterpolation == Interpolation::kLinear) LinearTaps(at, size, options, taps);
  if constexpr (kInterpolation == Interpolation::kCubic) CubicTaps(at, size, options, taps);
}

// Writes the taps of as many places as a vector has lanes: all pairs, or triples, of those of the
// axes.
template <Interpolation kInterpolation, int kAxes>
HWY_INLINE void TapsOfVector(const Places& places, const float* grid, int32_t* pixels,
                             float* weights) {
  constexpr int kTaps = kInterpolation == Interpolation::kNearest  ? 1
                        : kInterpolation == Interpolation::kLinear ? 2
                                                                   : 4;
  constexpr int kDepth = kAxes == 3 ? kTaps : 1;
  const F32 d;
  const auto& size = places.sizes.input;
  VF x, y, z;
  AxisTap xs[kTaps], ys[kTaps], zs[kDepth];
  if constexpr (kAxes == 3) {
    hn::LoadInterleaved3(d, grid, x, y, z);
    AxisTaps<kInterpolation>(z, size[2], places.options, zs);
  } else {
    hn::LoadInterleaved2(d, grid, x, y);
  }
  AxisTaps<kInterpolation>(x, size[0], places.options, xs);
  AxisTaps<kInterpolation>(y, size[1], places.options, ys);
  const auto width = hn::Set(I32(), static_cast<int32_t>(size[0]));
  const auto plane = hn::Set(I32(), static_cast<int32_t>(size[0] * size[1]));
  const auto outside = hn::Set(I32(), places.outside);
  for (int k = 0; k < kDepth; ++k) {
    for (int j = 0; j < kTaps; ++j) {
      AxisTap row = ys[j];
      row.index = hn::Mul(row.index, width);
      if constexpr (kAxes == 3) {
        row.index = hn::Add(row.index, hn::Mul(zs[k].index, plane));
        row.inside = hn::And(row.inside, zs[k].inside);
        row.weight = hn::Mul(row.weight, zs[k].weight);
      }
      for (int i = 0; i < kTaps; ++i, pixels += kBlock, weights += kBlock) {
        const auto inside = hn::RebindMask(I32(), hn::And(row.inside, xs[i].inside));
        const auto pixel = hn::Add(row.index, xs[i].index);
        hn::StoreU(hn::IfThenElse(inside, pixel, outside), I32(), pixels);
        hn::StoreU(hn::Mul(row.weight, xs[i].weight), d, weights);
      }
    }
  }
}

template <Interpolation kInterpolation, int kAxes>
HWY_INLINE void TapsOfBlock(const Places& places, const float* grid, int64_t count,
                            BlockTaps* taps) {
  for (int64_t i = 0; i < count; i += kLanes, grid += kAxes * kLanes) {
    HWY_ALIGN float last[3 * kLanes];
    const float* from = grid;
    if (count - i < kLanes) {
      std::fill_n(last, 3 * kLanes, 0.f);
      std::copy_n(grid, kAxes * (count - i), last);
      from = last;
    }
    TapsOfVector<kInterpolation, kAxes>(places, from, taps->pixels + i, taps->weights + i);
  }
}

void FindTaps(const Places& places, const float* grid, int64_t count, BlockTaps* taps) {
  const auto interpolation = places.options.interpolation;
  const bool volume = places.sizes.axes == 3;
  if (interpolation == Interpolation::kCubic) {
    TapsOfBlock<Interpolation::kCubic, 2>(places, grid, count, taps);
  } else if (interpolation == Interpolation::kNearest) {
    volume ? TapsOfBlock<Interpolation::kNearest, 3>(places, grid, count, taps)
           : TapsOfBlock<Interpolation::kNearest, 2>(places, grid, count, taps);
  } else {
    volume ? TapsOfBlock<Interpolation::kLinear, 3>(places, grid, count, taps)
           : TapsOfBlock<Interpolation::kLinear, 2>(places, grid, count, taps);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op::grid_sampler
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op::grid_sampler {
namespace {

HWY_EXPORT(FindTaps);

int64_t CountTaps(const Places& places) {
  switch (places.options.interpolation) {
    case Interpolation::kNearest:
      return 1;
    case Interpolation::kLinear:
      return places.sizes.axes == 3 ? 8 : 4;
    default:
      return 16;
  }
}

// One block of places of one image.
struct Block {
  const Places& places;
  const float* grid;
  int64_t n, begin, count;

  Block(const Places& places, const Tensor& grid, int64_t index) : places(places) {
    const int64_t blocks = (places.sizes.places + kBlock - 1) / kBlock;
    n = index / blocks;
    begin = index % blocks * kBlock;
    count = std::min(kBlock, places.sizes.places - begin);
    this->grid = grid.data<float>() + (n * places.sizes.places + begin) * places.sizes.axes;
  }

  // Where channel c of the block goes.
  float* Out(const Tensor& output, int64_t c) const {
    return const_cast<Tensor&>(output).data<float>() +
           (n * places.sizes.channels + c) * places.sizes.places + begin;
  }
};

void SamplePlanes(const Block& block, const Tensor& input, const Tensor& output) {
  const Sizes& sizes = block.places.sizes;
  BlockTaps taps;
  HWY_DYNAMIC_DISPATCH(FindTaps)(block.places, block.grid, block.count, &taps);
  for (int64_t c = 0; c < sizes.channels; ++c) {
    GatherPlane(input.data<float>() + (block.n * sizes.channels + c) * sizes.pixels(),
                taps.taps(CountTaps(block.places)), block.count, block.Out(output, c));
  }
}

void SampleChannelsLast(const Block& block, const ChannelsLast& images, const Tensor& output) {
  constexpr int64_t kChannels = 128;                      // at a time
  constexpr int64_t kStride = kChannels + kChannelBlock;  // no power of two, see gemm.h
  const Sizes& sizes = block.places.sizes;
  BlockTaps taps;
  alignas(64) float samples[kBlock * kStride];
  HWY_DYNAMIC_DISPATCH(FindTaps)(block.places, block.grid, block.count, &taps);
  const PixelRows image = images.image(block.n);
  for (int64_t c = 0; c < sizes.channels; c += kChannels) {
    const int64_t channels = std::min(kChannels, sizes.channels - c);
    GatherSum({image.image + c, image.stride, PadChannels(channels)},
              taps.taps(CountTaps(block.places)), block.count, samples, kStride);
    Transpose(samples, kStride, block.count, channels, block.Out(output, c), sizes.places);
  }
}

}  // namespace

Result<void> Run(const Attributes& attributes, OpContext& context) {
  MMDEPLOY_TRY(auto output, context.Output(0));
  const Tensor& input = context.input(0);
  const Tensor& grid = context.input(1);
  Places places{Options(attributes), Sizes(input, grid), -1};
  const Sizes& sizes = places.sizes;
  MMDEPLOY_TRYV(CheckPixels(sizes.pixels()));
  if (sizes.pixels() == 0) std::fill_n(output.data<float>(), output.num_elements(), 0.f);
  if (sizes.pixels() == 0 || output.num_elements() == 0) return {};
  const int64_t blocks = sizes.batch * ((sizes.places + kBlock - 1) / kBlock);
  // Turning the image pays if there is much to sample of it.
  const int64_t few_channels = CountTaps(places) == 1 ? 12 : 6;
  if (sizes.channels <= few_channels || sizes.places < sizes.pixels() / 4) {
    return context.ParallelFor(blocks, [&](int64_t i) -> Result<void> {
      SamplePlanes(Block(places, grid, i), input, output);
      return {};
    });
  }
  places.outside = static_cast<int32_t>(sizes.pixels());
  MMDEPLOY_TRY(const auto images, ToChannelsLast(context, input));
  return context.ParallelFor(blocks, [&](int64_t i) -> Result<void> {
    SampleChannelsLast(Block(places, grid, i), images, output);
    return {};
  });
}

}  // namespace mmdeploy::op::grid_sampler
#endif  // HWY_ONCE
