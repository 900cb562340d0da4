#include "mmdeploy/codebase/mmedit/head/planes_to_bytes.h"

#include <algorithm>
#include <cmath>

#include "mmdeploy/base/parallel.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/codebase/mmedit/head/planes_to_bytes.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class D>
auto ToBytes(D d, const float* values) {
  const hn::Rebind<uint8_t, D> bytes;
  const auto scaled = hn::Mul(hn::LoadU(d, values), hn::Set(d, 255.f));
  const auto inside = hn::Min(hn::Max(scaled, hn::Zero(d)), hn::Set(d, 255.f));
  return hn::DemoteTo(bytes, hn::NearestInt(inside));
}

// Converts whole vectors of [begin, end); returns where it has stopped.
int64_t WholeVectors(const float* planes, int64_t channels, int64_t area, int64_t begin,
                     int64_t end, uint8_t* pixels) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = begin;
  for (; i + step <= end; i += step) {
    if (channels == 1) {
      hn::StoreU(ToBytes(d, planes + i), bytes, pixels + i);
    } else {
      hn::StoreInterleaved3(ToBytes(d, planes + i), ToBytes(d, planes + area + i),
                            ToBytes(d, planes + 2 * area + i), bytes, pixels + 3 * i);
    }
  }
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(WholeVectors);

namespace {

void ConvertRange(const float* planes, int64_t channels, int64_t area, int64_t begin, int64_t end,
                  uint8_t* pixels) {
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t i = begin; i < end; ++i) {
      const float value = std::clamp(planes[c * area + i] * 255.f, 0.f, 255.f);
      pixels[i * channels + c] = static_cast<uint8_t>(std::nearbyint(value));
    }
  }
}

}  // namespace

void PlanesToBytes(const float* planes, int64_t channels, int64_t area, int num_threads,
                   uint8_t* pixels) {
  constexpr int64_t kBlock = 1 << 15;  // pixels of a task
  ParallelFor((area + kBlock - 1) / kBlock, num_threads, [&](int64_t block) {
    const int64_t begin = block * kBlock, end = std::min(area, begin + kBlock);
    const int64_t rest =
        HWY_DYNAMIC_DISPATCH(WholeVectors)(planes, channels, area, begin, end, pixels);
    ConvertRange(planes, channels, area, rest, end, pixels);
  });
}

void PlanesToBytesReference(const float* planes, int64_t channels, int64_t area, uint8_t* pixels) {
  ConvertRange(planes, channels, area, 0, area, pixels);
}

}  // namespace mmdeploy
#endif  // HWY_ONCE
