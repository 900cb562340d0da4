#include "mmdeploy/codebase/mmedit/head/planes_to_bytes.h"

#include <algorithm>
#include <atomic>
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

// Adds what is NaN to `nan`.
template <class D, class M>
auto ToBytes(D d, const float* values, M* nan) {
  const hn::Rebind<uint8_t, D> bytes;
  const auto loaded = hn::LoadU(d, values);
  *nan = hn::Or(*nan, hn::IsNaN(loaded));
  const auto scaled = hn::Mul(loaded, hn::Set(d, 255.f));
  const auto inside = hn::Min(hn::Max(scaled, hn::Zero(d)), hn::Set(d, 255.f));
  return hn::DemoteTo(bytes, hn::NearestInt(inside));
}

// Converts whole vectors of [begin, end); returns where it has stopped, -1 for a NaN.
int64_t WholeVectors(const float* planes, int64_t channels, int64_t area, int64_t begin,
                     int64_t end, uint8_t* pixels) {
  const hn::ScalableTag<float> d;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto step = static_cast<int64_t>(hn::Lanes(d));
  auto nan = hn::FirstN(d, 0);
  int64_t i = begin;
  for (; i + step <= end; i += step) {
    if (channels == 1) {
      hn::StoreU(ToBytes(d, planes + i, &nan), bytes, pixels + i);
    } else {
      const auto red = ToBytes(d, planes + i, &nan);
      const auto green = ToBytes(d, planes + area + i, &nan);
      hn::StoreInterleaved3(red, green, ToBytes(d, planes + 2 * area + i, &nan), bytes,
                            pixels + 3 * i);
    }
  }
  return hn::AllFalse(d, nan) ? i : -1;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(WholeVectors);

namespace {

// Whether all values are numbers; NaN gives 0.
bool ConvertRange(const float* planes, int64_t channels, int64_t area, int64_t begin, int64_t end,
                  uint8_t* pixels) {
  bool numbers = true;
  for (int64_t c = 0; c < channels; ++c) {
    for (int64_t i = begin; i < end; ++i) {
      const float scaled = planes[c * area + i] * 255.f;
      const float value = scaled > 0 ? std::min(scaled, 255.f) : 0.f;
      numbers = numbers && !std::isnan(scaled);
      pixels[i * channels + c] = static_cast<uint8_t>(std::nearbyint(value));
    }
  }
  return numbers;
}

}  // namespace

bool PlanesToBytes(const float* planes, int64_t channels, int64_t area, int num_threads,
                   uint8_t* pixels) {
  constexpr int64_t kBlock = 1 << 15;  // pixels of a task
  std::atomic<bool> numbers = true;
  ParallelFor((area + kBlock - 1) / kBlock, num_threads, [&](int64_t block) {
    const int64_t begin = block * kBlock, end = std::min(area, begin + kBlock);
    const int64_t rest =
        HWY_DYNAMIC_DISPATCH(WholeVectors)(planes, channels, area, begin, end, pixels);
    if (rest < 0 || !ConvertRange(planes, channels, area, rest, end, pixels)) numbers = false;
  });
  return numbers;
}

void PlanesToBytesReference(const float* planes, int64_t channels, int64_t area, uint8_t* pixels) {
  ConvertRange(planes, channels, area, 0, area, pixels);
}

}  // namespace mmdeploy
#endif  // HWY_ONCE
