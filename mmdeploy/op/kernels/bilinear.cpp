#include "mmdeploy/op/kernels/bilinear.h"

#include <cstring>

// Steps of a block's size need vectors of known length.
#define HWY_DISABLED_TARGETS (HWY_RVV | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/kernels/bilinear.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using F32 = hn::CappedTag<float, 16>;
using I32 = hn::CappedTag<int32_t, 16>;
using VF = hn::Vec<F32>;

constexpr auto kLanes = static_cast<int64_t>(hn::MaxLanes(F32()));

// What is behind the last number counts 0.
HWY_INLINE VF LoadUpTo(const float* in, int64_t count) {
  const F32 d;
  if (count >= kLanes) return hn::LoadU(d, in);
  HWY_ALIGN float lanes[kLanes] = {};
  std::memcpy(lanes, in, static_cast<size_t>(count) * sizeof(float));
  return hn::Load(d, lanes);
}

// One of the two pixels along an axis.
struct AxisTap {
  VF weight;
  VF place;
  hn::Mask<F32> inside;  // false for NaN
};

HWY_INLINE AxisTap TapAt(VF place, VF weight, VF size) {
  const F32 d;
  return {weight, place, hn::And(hn::Ge(place, hn::Zero(d)), hn::Lt(place, size))};
}

HWY_INLINE void StoreTap(const AxisTap& row, const AxisTap& column, VF factor, int64_t height,
                         int64_t width, int32_t* pixel, float* weight) {
  const F32 d;
  const I32 di;
  const auto inside = hn::And(row.inside, column.inside);
  const auto y = hn::ConvertTo(di, hn::IfThenElseZero(inside, row.place));
  const auto x = hn::ConvertTo(di, hn::IfThenElseZero(inside, column.place));
  const auto index = hn::Add(hn::Mul(y, hn::Set(di, static_cast<int32_t>(width))), x);
  const auto outside = hn::Set(di, static_cast<int32_t>(height * width));
  hn::StoreU(hn::IfThenElse(hn::RebindMask(di, inside), index, outside), di, pixel);
  const auto product = hn::Mul(factor, hn::Mul(row.weight, column.weight));
  hn::StoreU(hn::IfThenElseZero(inside, product), d, weight);
}

void Bilinear(const ShiftedPlaces& places, const float* factors, int64_t count, int64_t height,
              int64_t width, int64_t tap_step, int32_t* pixels, float* weights) {
  const F32 d;
  const auto one = hn::Set(d, 1);
  const auto rows = hn::Set(d, static_cast<float>(height));
  const auto columns = hn::Set(d, static_cast<float>(width));
  for (int64_t i = 0; i < count; i += kLanes) {
    const auto place = [&](const float* at, float base, const float* offsets) HWY_ATTR {
      const auto whole = hn::Add(LoadUpTo(at + i, count - i), hn::Set(d, base));
      return hn::Add(whole, LoadUpTo(offsets + i, count - i));
    };
    const auto y = place(places.y, places.base_y, places.offset_y);
    const auto x = place(places.x, places.base_x, places.offset_x);
    const auto factor = factors ? LoadUpTo(factors + i, count - i) : one;
    const auto y0 = hn::Floor(y), x0 = hn::Floor(x);
    const auto dy = hn::Sub(y, y0), dx = hn::Sub(x, x0);
    const AxisTap upper = TapAt(y0, hn::Sub(one, dy), rows);
    const AxisTap lower = TapAt(hn::Add(y0, one), dy, rows);
    const AxisTap left = TapAt(x0, hn::Sub(one, dx), columns);
    const AxisTap right = TapAt(hn::Add(x0, one), dx, columns);
    const auto store = [&](int t, const AxisTap& row, const AxisTap& column) HWY_ATTR {
      StoreTap(row, column, factor, height, width, pixels + t * tap_step + i,
               weights + t * tap_step + i);
    };
    store(0, upper, left);
    store(1, upper, right);
    store(2, lower, left);
    store(3, lower, right);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op {

HWY_EXPORT(Bilinear);

void BilinearTaps(const ShiftedPlaces& places, const float* factors, int64_t count, int64_t height,
                  int64_t width, int64_t tap_step, int32_t* pixels, float* weights) {
  HWY_DYNAMIC_DISPATCH(Bilinear)
  (places, factors, count, height, width, tap_step, pixels, weights);
}

}  // namespace mmdeploy::op
#endif  // HWY_ONCE
