#include <cmath>

#include "mmdeploy/op/instance_norm/instance_norm.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/instance_norm/cpu.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op::instance_norm {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;
using Tag = hn::ScalableTag<float>;

// Sum of map(x); four accumulators hide the latency of the addition.
template <class Map>
HWY_INLINE float Sum(const float* x, int64_t count, Map map) {
  const Tag d;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  auto a = hn::Zero(d), b = hn::Zero(d), c = hn::Zero(d), e = hn::Zero(d);
  int64_t i = 0;
  for (; i + 4 * step <= count; i += 4 * step) {
    a = hn::Add(a, map(hn::LoadU(d, x + i)));
    b = hn::Add(b, map(hn::LoadU(d, x + i + step)));
    c = hn::Add(c, map(hn::LoadU(d, x + i + 2 * step)));
    e = hn::Add(e, map(hn::LoadU(d, x + i + 3 * step)));
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, hn::Add(hn::Add(a, b), hn::Add(c, e))));
  for (; i < count; ++i) sum += hn::GetLane(map(hn::Set(d, x[i])));
  return sum;
}

void Normalize(const float* x, int64_t count, float scale, float bias, float epsilon, float* y) {
  const Tag d;
  const auto size = static_cast<float>(count);
  const float mean = Sum(x, count, [](auto v) HWY_ATTR { return v; }) / size;
  const auto center = hn::Set(d, mean);
  const float variance = Sum(x, count,
                             [&](auto v) HWY_ATTR {
                               const auto distance = hn::Sub(v, center);
                               return hn::Mul(distance, distance);
                             }) /
                         size;
  const float factor = scale / std::sqrt(variance + epsilon);
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    const auto distance = hn::Sub(hn::LoadU(d, x + i), center);
    hn::StoreU(hn::MulAdd(distance, hn::Set(d, factor), hn::Set(d, bias)), d, y + i);
  }
  for (; i < count; ++i) y[i] = (x[i] - mean) * factor + bias;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op::instance_norm
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op::instance_norm {

HWY_EXPORT(Normalize);

void Normalize(const float* x, int64_t count, float scale, float bias, float epsilon, float* y) {
  HWY_DYNAMIC_DISPATCH(Normalize)(x, count, scale, bias, epsilon, y);
}

}  // namespace mmdeploy::op::instance_norm
#endif  // HWY_ONCE
