#include <algorithm>
#include <cmath>

#include "mmdeploy/op/nms/nms.h"
#include "mmdeploy/op/nms/rotated_overlap.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/op/nms/suppress.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_OP_NMS_SUPPRESS_ONCE
#define MMDEPLOY_OP_NMS_SUPPRESS_ONCE
namespace mmdeploy::op::nms {

// Elements of the longest vector: HWY_MAX_BYTES is each instruction set's own.
constexpr size_t kPadding = 64;

// Upright boxes, the best first; rows are padded by a vector.
struct Rows {
  explicit Rows(size_t count) : count(count) {
    const size_t padded = count + kPadding;
    // Padding has the area NaN, which overlaps nothing.
    for (auto* row : {&x1, &y1, &x2, &y2}) row->assign(padded, 0);
    area.assign(padded, std::nanf(""));
  }

  size_t count;
  std::vector<float> x1, y1, x2, y2, area;
};

}  // namespace mmdeploy::op::nms
#endif

HWY_BEFORE_NAMESPACE();
namespace mmdeploy::op::nms {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Writes the positions from `begin` on whose overlap with box `i` exceeds the threshold; `scale`
// above 1 takes some more. Answers how many. `found` has room for a vector more than there are.
size_t FindOverlaps(const Rows& rows, size_t i, size_t begin, float threshold, float scale,
                    int* found) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const size_t step = hn::Lanes(d);
  const auto x1 = hn::Set(d, rows.x1[i]), y1 = hn::Set(d, rows.y1[i]);
  const auto x2 = hn::Set(d, rows.x2[i]), y2 = hn::Set(d, rows.y2[i]);
  const auto area = hn::Set(d, rows.area[i]);
  const auto zero = hn::Zero(d);
  size_t count = 0;
  for (size_t j = begin; j < rows.count; j += step) {
    const auto width = hn::Max(
        hn::Sub(hn::Min(x2, hn::LoadU(d, &rows.x2[j])), hn::Max(x1, hn::LoadU(d, &rows.x1[j]))),
        zero);
    const auto height = hn::Max(
        hn::Sub(hn::Min(y2, hn::LoadU(d, &rows.y2[j])), hn::Max(y1, hn::LoadU(d, &rows.y1[j]))),
        zero);
    const auto other_area = hn::LoadU(d, &rows.area[j]);
    // Of rotated boxes this is an upper limit, which their areas are too.
    const auto intersection =
        hn::Min(hn::Mul(hn::Mul(width, height), hn::Set(d, scale)), hn::Min(area, other_area));
    const auto both = hn::Sub(hn::Add(area, other_area), intersection);
    // NaN where one is no box; false then.
    const auto overlaps = hn::Gt(hn::Div(intersection, both), hn::Set(d, threshold));
    if (hn::AllFalse(d, overlaps)) continue;
    const auto positions = hn::Iota(di, static_cast<int>(j));
    count += hn::CompressStore(positions, hn::RebindMask(di, overlaps), di, found + count);
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy::op::nms
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy::op::nms {

HWY_EXPORT(FindOverlaps);

namespace {

// Calls suppress(i, j) for the boxes j > i that may overlap i, for each i that stays.
template <class IsSuppressed>
std::vector<int> SuppressRows(const Rows& rows, float threshold, float scale,
                              IsSuppressed is_suppressed) {
  constexpr int kStays = -1;
  std::vector<int> owners(rows.count, kStays), found(rows.count + kPadding);
  for (size_t i = 0; i < rows.count; ++i) {
    if (owners[i] != kStays) continue;
    owners[i] = static_cast<int>(i);
    const size_t count =
        HWY_DYNAMIC_DISPATCH(FindOverlaps)(rows, i, i + 1, threshold, scale, found.data());
    for (size_t k = 0; k < count; ++k) {
      const auto j = static_cast<size_t>(found[k]);
      if (owners[j] == kStays && is_suppressed(i, j)) owners[j] = static_cast<int>(i);
    }
  }
  return owners;
}

}  // namespace

std::vector<int> Suppress(const Boxes& boxes, const std::vector<int>& order, float iou_threshold) {
  Rows rows(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const float* box = boxes[order[i]];
    rows.x1[i] = box[0];
    rows.y1[i] = box[1];
    rows.x2[i] = box[2];
    rows.y2[i] = box[3];
    rows.area[i] = (box[2] - box[0]) * (box[3] - box[1]);
  }
  return SuppressRows(rows, iou_threshold, 1, [](size_t, size_t) { return true; });
}

std::vector<int> SuppressRotated(const Boxes& boxes, const std::vector<int>& order,
                                 float iou_threshold) {
  constexpr double kNoArea = 1e-14;
  std::vector<Rotated> rotated;
  Rows rows(order.size());  // the upright boxes around them
  for (size_t i = 0; i < order.size(); ++i) {
    const Rotated& box = rotated.emplace_back(boxes[order[i]]);
    // A little larger: float32 rounds.
    constexpr double kRounding = 1e-6;
    const double width = std::fabs(box.cos) * box.half_width +
                         std::fabs(box.sin) * box.half_height + std::fabs(box.x) * kRounding;
    const double height = std::fabs(box.sin) * box.half_width +
                          std::fabs(box.cos) * box.half_height + std::fabs(box.y) * kRounding;
    rows.x1[i] = static_cast<float>(box.x - width);
    rows.y1[i] = static_cast<float>(box.y - height);
    rows.x2[i] = static_cast<float>(box.x + width);
    rows.y2[i] = static_cast<float>(box.y + height);
    if (box.area >= kNoArea) rows.area[i] = static_cast<float>(box.area);
  }
  // Two boxes share at most what the upright ones around them share. A little more than that,
  // because these are rounded.
  constexpr float kSlack = 1.001f;
  return SuppressRows(rows, iou_threshold, kSlack, [&](size_t i, size_t j) {
    return OverlapExceeds(rotated[i], rotated[j], iou_threshold);
  });
}

}  // namespace mmdeploy::op::nms
#endif  // HWY_ONCE
