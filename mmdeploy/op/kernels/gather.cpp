#include "mmdeploy/op/kernels/gather.h"

#include <algorithm>

// Accumulators in arrays need vectors of known length.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/kernels/gather.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using I32 = hn::CappedTag<int32_t, 16>;

constexpr int64_t kLanes = static_cast<int64_t>(hn::MaxLanes(F32()));

struct Tap {
  const float* pixel;
  float weight;
};

HWY_INLINE Tap TapOf(const PixelRows& rows, const Taps& taps, int64_t point, int64_t tap) {
  const int64_t at = point * taps.point_step + tap * taps.tap_step;
  return {rows.image + taps.pixels[at] * rows.stride, taps.weights[at]};
}

// kVectors vectors of channels, from channel c.
template <int kVectors>
HWY_INLINE void SumOf(const PixelRows& rows, const Taps& taps, int64_t point, int64_t c,
                      float* out) {
  const F32 d;
  hn::Vec<F32> sums[kVectors];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) sums[v] = hn::Zero(d);
  for (int64_t t = 0; t < taps.count; ++t) {
    const Tap tap = TapOf(rows, taps, point, t);
    const auto weight = hn::Set(d, tap.weight);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = hn::MulAdd(weight, hn::LoadU(d, tap.pixel + c + v * kLanes), sums[v]);
    }
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) hn::StoreU(sums[v], d, out + c + v * kLanes);
}

// The same for the most usual number of taps: the channels are the inner loop.
HWY_INLINE void SumOfFour(const PixelRows& rows, const Taps& taps, int64_t point, float* out) {
  const F32 d;
  const Tap tap0 = TapOf(rows, taps, point, 0), tap1 = TapOf(rows, taps, point, 1);
  const Tap tap2 = TapOf(rows, taps, point, 2), tap3 = TapOf(rows, taps, point, 3);
  const auto w0 = hn::Set(d, tap0.weight), w1 = hn::Set(d, tap1.weight);
  const auto w2 = hn::Set(d, tap2.weight), w3 = hn::Set(d, tap3.weight);
  for (int64_t c = 0; c < rows.channels; c += kLanes) {
    auto sum = hn::Mul(w0, hn::LoadU(d, tap0.pixel + c));
    sum = hn::MulAdd(w1, hn::LoadU(d, tap1.pixel + c), sum);
    sum = hn::MulAdd(w2, hn::LoadU(d, tap2.pixel + c), sum);
    sum = hn::MulAdd(w3, hn::LoadU(d, tap3.pixel + c), sum);
    hn::StoreU(sum, d, out + c);
  }
}

// As many times kVectors as fit from channel c on; where it ends.
template <int kVectors>
HWY_INLINE int64_t SumRange(const PixelRows& rows, const Taps& taps, int64_t point, int64_t c,
                            float* out) {
  for (; c + kVectors * kLanes <= rows.channels; c += kVectors * kLanes) {
    SumOf<kVectors>(rows, taps, point, c, out);
  }
  return c;
}

void Sum(const PixelRows& rows, const Taps& taps, int64_t points, float* out, int64_t out_stride) {
  for (int64_t i = 0; i < points; ++i, out += out_stride) {
    if (taps.count == 4) {
      SumOfFour(rows, taps, i, out);
      continue;
    }
    int64_t c = SumRange<8>(rows, taps, i, 0, out);
    c = SumRange<4>(rows, taps, i, c, out);
    SumRange<1>(rows, taps, i, c, out);
  }
}

HWY_INLINE void MaxOf(const PixelRows& rows, const Taps& taps, int64_t point, int64_t c,
                      float* out) {
  const F32 d;
  auto result = hn::Zero(d);
  for (int64_t t = 0; t < taps.count; t += 4) {
    auto sum = hn::Zero(d);
    for (int64_t j = t; j < t + 4; ++j) {
      const Tap tap = TapOf(rows, taps, point, j);
      sum = hn::MulAdd(hn::Set(d, tap.weight), hn::LoadU(d, tap.pixel + c), sum);
    }
    result = t == 0 ? sum : hn::Max(result, sum);
  }
  hn::StoreU(result, d, out + c);
}

void Max(const PixelRows& rows, const Taps& taps, int64_t points, float* out, int64_t out_stride) {
  for (int64_t i = 0; i < points; ++i, out += out_stride) {
    for (int64_t c = 0; c < rows.channels; c += kLanes) MaxOf(rows, taps, i, c, out);
  }
}

HWY_INLINE hn::Vec<F32> PlaneOf(const float* plane, const Taps& taps, int64_t point) {
  const F32 d;
  const I32 di;
  auto sum = hn::Zero(d);
  for (int64_t t = 0; t < taps.count; ++t) {
    const auto pixel = hn::LoadU(di, taps.pixels + t * taps.tap_step + point);
    const auto weight = hn::LoadU(d, taps.weights + t * taps.tap_step + point);
    const auto inside = hn::RebindMask(d, hn::Gt(pixel, hn::Set(di, -1)));
    const auto value = hn::GatherIndex(d, plane, hn::Max(pixel, hn::Zero(di)));
    sum = hn::MulAdd(weight, hn::IfThenElseZero(inside, value), sum);
  }
  return sum;
}

void Plane(const float* plane, const Taps& taps, int64_t points, float* out) {
  const F32 d;
  int64_t i = 0;
  for (; i + kLanes <= points; i += kLanes) hn::StoreU(PlaneOf(plane, taps, i), d, out + i);
  if (i < points) {
    HWY_ALIGN float tail[kLanes];
    hn::Store(PlaneOf(plane, taps, i), d, tail);
    std::copy_n(tail, points - i, out + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op {

HWY_EXPORT(Sum);
HWY_EXPORT(Max);
HWY_EXPORT(Plane);

void GatherSum(const PixelRows& rows, const Taps& taps, int64_t points, float* out,
               int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(Sum)(rows, taps, points, out, out_stride);
}

void GatherMax(const PixelRows& rows, const Taps& taps, int64_t points, float* out,
               int64_t out_stride) {
  HWY_DYNAMIC_DISPATCH(Max)(rows, taps, points, out, out_stride);
}

void GatherPlane(const float* plane, const Taps& taps, int64_t points, float* out) {
  HWY_DYNAMIC_DISPATCH(Plane)(plane, taps, points, out);
}

}  // namespace mmdeploy::op
#endif  // HWY_ONCE
