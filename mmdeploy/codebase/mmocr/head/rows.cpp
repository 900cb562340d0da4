#include "mmdeploy/codebase/mmocr/head/rows.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/codebase/mmocr/head/rows.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::mmocr {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void Threshold(const float* values, int64_t count, float threshold, uint8_t* mask,
               RowContent* content) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto limit = hn::Set(d, threshold);
  const auto one = hn::Set(di, 1);
  auto any = hn::Zero(di);
  auto nan = hn::Zero(di);
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto value = hn::LoadU(d, values + i);
    const auto text = hn::IfThenElseZero(hn::RebindMask(di, hn::Gt(value, limit)), one);
    any = hn::Or(any, text);
    nan = hn::Or(nan, hn::IfThenElseZero(hn::RebindMask(di, hn::IsNaN(value)), one));
    hn::StoreU(hn::DemoteTo(bytes, text), bytes, mask + i);
  }
  content->has_text = !hn::AllFalse(di, hn::Ne(any, hn::Zero(di)));
  content->has_nan = !hn::AllFalse(di, hn::Ne(nan, hn::Zero(di)));
  for (; i < count; ++i) {
    mask[i] = values[i] > threshold;
    content->has_text |= mask[i] != 0;
    content->has_nan |= values[i] != values[i];
  }
}

double Sum(const float* values, const uint8_t* mask, int64_t count) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<uint8_t, decltype(d)> bytes;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sums = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto inside = hn::Ne(hn::PromoteTo(di, hn::LoadU(bytes, mask + i)), hn::Zero(di));
    sums = hn::Add(sums, hn::IfThenElseZero(hn::RebindMask(d, inside), hn::LoadU(d, values + i)));
  }
  double sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < count; ++i) sum += mask[i] ? values[i] : 0.F;
  return sum;
}

int64_t Zeros(const uint8_t* values, int64_t count) {
  const hn::ScalableTag<uint8_t> d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const auto found = hn::FindFirstTrue(d, hn::Ne(hn::LoadU(d, values + i), hn::Zero(d)));
    if (found >= 0) return i + static_cast<int64_t>(found);
  }
  while (i < count && values[i] == 0) ++i;
  return i;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::mmocr
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::mmocr {

HWY_EXPORT(Threshold);
HWY_EXPORT(Sum);
HWY_EXPORT(Zeros);

RowContent ThresholdRow(const float* values, int64_t count, float threshold, uint8_t* mask) {
  RowContent content;
  HWY_DYNAMIC_DISPATCH(Threshold)(values, count, threshold, mask, &content);
  return content;
}

int64_t CountZeros(const uint8_t* values, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(Zeros)(values, count);
}

double SumInside(const float* values, const uint8_t* mask, int64_t count) {
  return HWY_DYNAMIC_DISPATCH(Sum)(values, mask, count);
}

}  // namespace mmdeploy::mmocr
#endif
