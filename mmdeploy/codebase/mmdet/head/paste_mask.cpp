#include "mmdeploy/codebase/mmdet/head/paste_mask.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "mmdeploy/codebase/mmdet/head/paste_mask.cpp"
#include <hwy/foreach_target.h>
// foreach_target.h comes first.
#include <hwy/highway.h>

#ifndef MMDEPLOY_MMDET_PASTE_MASK_ONCE
#define MMDEPLOY_MMDET_PASTE_MASK_ONCE
namespace mmdeploy {

// A place between two pixels of a mask that has one of zeros on each side.
struct Between {
  int32_t index = 0;  // of the lower one, 0 is the zero in front
  float weight = 0;   // of the upper one

  Between() = default;
  Between(double place, int64_t size) {
    // Two zeros further out is as far as anything differs.
    place = std::clamp(place, -1.0, static_cast<double>(size));
    const double low = std::floor(place);
    index = static_cast<int32_t>(low) + 1;
    weight = static_cast<float>(place - low);
  }
};

// Pixels of a row, padded to whole vectors.
struct Columns {
  std::vector<int32_t> index;
  std::vector<float> weight;
};

}  // namespace mmdeploy
#endif

HWY_BEFORE_NAMESPACE();
namespace mmdeploy {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// `row` gets a byte for each of the padded columns.
void PasteRow(const float* line, const Columns& columns, float threshold, uint8_t* row) {
  const hn::ScalableTag<float> d;
  const hn::RebindToSigned<decltype(d)> di;
  const hn::Rebind<uint8_t, decltype(d)> du8;
  const auto limit = hn::Set(d, threshold);
  const auto set = hn::Set(di, 255);
  for (size_t i = 0; i < columns.index.size(); i += hn::Lanes(d)) {
    const auto index = hn::LoadU(di, &columns.index[i]);
    const auto low = hn::GatherIndex(d, line, index);
    const auto high = hn::GatherIndex(d, line + 1, index);
    const auto score = hn::Add(low, hn::Mul(hn::Sub(high, low), hn::LoadU(d, &columns.weight[i])));
    const auto above = hn::RebindMask(di, hn::Gt(score, limit));
    hn::StoreU(hn::DemoteTo(du8, hn::IfThenElseZero(above, set)), du8, row + i);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace mmdeploy
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace mmdeploy {

HWY_EXPORT(PasteRow);

namespace {

constexpr size_t kLanes = 64;  // a multiple of every vector's

// The columns of an axis; those behind the last one repeat it.
Columns ColumnsOf(const MaskAxis& x, int64_t size) {
  const size_t padded = (static_cast<size_t>(x.count) + kLanes - 1) / kLanes * kLanes;
  Columns columns{std::vector<int32_t>(padded), std::vector<float>(padded)};
  for (size_t i = 0; i < padded; ++i) {
    const auto pixel = static_cast<double>(std::min<int64_t>(static_cast<int64_t>(i), x.count - 1));
    const Between between(x.first + pixel * x.step, size);
    columns.index[i] = between.index;
    columns.weight[i] = between.weight;
  }
  return columns;
}

// A row of the mask, or zeros.
const float* RowOf(const MaskView& mask, int64_t row, const std::vector<float>& zeros) {
  return row < 0 || row >= mask.height ? zeros.data() : mask.scores + row * mask.width;
}

}  // namespace

MaskAxis MaskAxis::OfBox(int64_t begin, int64_t end, float low, float high, int64_t size) {
  const double step = static_cast<double>(size) / (static_cast<double>(high) - low);
  return {(static_cast<double>(begin) + 0.5 - low) * step - 0.5, step, end - begin};
}

void PasteMask(const MaskView& mask, const MaskAxis& y, const MaskAxis& x, float threshold,
               uint8_t* pixels) {
  if (x.count <= 0 || y.count <= 0) return;
  const Columns columns = ColumnsOf(x, mask.width);
  const std::vector<float> zeros(static_cast<size_t>(mask.width));
  // One zero in front of the scores, two behind: a place at the end looks one further.
  std::vector<float> line(static_cast<size_t>(mask.width) + 3);
  std::vector<uint8_t> row(columns.index.size());
  for (int64_t i = 0; i < y.count; ++i) {
    const Between between(y.first + static_cast<double>(i) * y.step, mask.height);
    const float* upper = RowOf(mask, between.index - 1, zeros);
    const float* lower = RowOf(mask, between.index, zeros);
    for (int64_t k = 0; k < mask.width; ++k) {
      line[static_cast<size_t>(k) + 1] = upper[k] + (lower[k] - upper[k]) * between.weight;
    }
    HWY_DYNAMIC_DISPATCH(PasteRow)(line.data(), columns, threshold, row.data());
    std::memcpy(pixels + i * x.count, row.data(), static_cast<size_t>(x.count));
  }
}

void PasteMaskReference(const MaskView& mask, const MaskAxis& y, const MaskAxis& x, float threshold,
                        uint8_t* pixels) {
  const auto at = [&](int64_t row, int64_t column) {
    const bool inside = row >= 0 && row < mask.height && column >= 0 && column < mask.width;
    return inside ? mask.scores[row * mask.width + column] : 0.f;
  };
  for (int64_t i = 0; i < y.count; ++i) {
    const Between v(y.first + static_cast<double>(i) * y.step, mask.height);
    for (int64_t k = 0; k < x.count; ++k) {
      const Between u(x.first + static_cast<double>(k) * x.step, mask.width);
      const auto along = [&](int64_t column) {
        const float upper = at(v.index - 1, column), lower = at(v.index, column);
        return upper + (lower - upper) * v.weight;
      };
      const float low = along(u.index - 1), high = along(u.index);
      *pixels++ = low + (high - low) * u.weight > threshold ? 255 : 0;
    }
  }
}

}  // namespace mmdeploy
#endif  // HWY_ONCE
